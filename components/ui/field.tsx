import { CircleAlert } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

type FieldProps = Omit<ComponentProps<"input">, "id" | "name"> & {
  name: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** Stands at the right of the label, e.g. a link. */
  beside?: ReactNode;
};

/** A label, an input, and below it either what to know or what went wrong, both read with the input. */
export function Field({ name, label, hint, error, beside, ...input }: FieldProps) {
  const note = `${name}-note`;
  const text = error ?? hint;
  return (
    <div className="field">
      {beside ? (
        <div className="row-between">
          <label htmlFor={name}>{label}</label>
          {beside}
        </div>
      ) : (
        <label htmlFor={name}>{label}</label>
      )}
      <input
        {...input}
        className="input"
        id={name}
        name={name}
        {...(error ? { "aria-invalid": true } : {})}
        {...(text ? { "aria-describedby": note } : {})}
      />
      {text ? <FieldNote id={note} text={text} isError={error !== undefined} /> : null}
    </div>
  );
}

function FieldNote({ id, text, isError }: { id: string; text: string; isError: boolean }) {
  if (!isError) {
    return (
      <p className="hint" id={id}>
        {text}
      </p>
    );
  }
  return (
    <p className="error" id={id} role="alert">
      <CircleAlert className="i" aria-hidden />
      {text}
    </p>
  );
}
