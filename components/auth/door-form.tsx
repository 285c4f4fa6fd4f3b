"use client";
import { CircleAlert } from "lucide-react";
import { type ReactNode, useActionState, useEffect, useRef } from "react";
import { type FormAction, type FormState, untouched } from "./form-state.ts";

type DoorFormProps = {
  title: string;
  lead: string;
  action: FormAction;
  /** Where to go afterwards; a path of this site. */
  next?: string | undefined;
  children: (state: FormState) => ReactNode;
  after?: ReactNode;
};

/** One title, one sentence, one form. After a refusal the focus goes to the first field that needs it. */
export function DoorForm({ title, lead, action, next, children, after }: DoorFormProps) {
  const [state, submit] = useActionState(action, untouched);
  const form = useRef<HTMLFormElement>(null);
  const done = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (state.done) done.current?.focus();
    else form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [state]);
  if (state.done) {
    return (
      <>
        <h1 ref={done} tabIndex={-1}>
          {state.done.title}
        </h1>
        <p role="status">{state.done.text}</p>
        {after}
      </>
    );
  }
  return (
    <>
      <h1>{title}</h1>
      <p>{lead}</p>
      <form ref={form} action={submit} noValidate>
        {next ? <input type="hidden" name="next" value={next} /> : null}
        {children(state)}
        {state.errors.form ? <FormError text={state.errors.form} /> : null}
      </form>
      {after}
    </>
  );
}

function FormError({ text }: { text: string }) {
  return (
    <div className="field">
      <p className="error" role="alert">
        <CircleAlert className="i" aria-hidden />
        {text}
      </p>
    </div>
  );
}
