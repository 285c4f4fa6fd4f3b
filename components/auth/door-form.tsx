"use client";
import { CircleAlert } from "lucide-react";
import {
  type FormEvent,
  type ReactNode,
  startTransition,
  useActionState,
  useEffect,
  useRef,
  useState,
} from "react";
import { type FormAction, type FormState, untouched } from "./form-state.ts";

type DoorFormProps = {
  title: string;
  lead: string;
  action: FormAction;
  /** Where to go afterwards; a path of this site. */
  next?: string | undefined;
  /** `busy` is the way that is being gone (the value of the pressed button), null while nothing is. */
  children: (state: FormState, busy: string | null) => ReactNode;
  after?: ReactNode;
};

/** One title, one sentence, one form. After a refusal the focus goes to the first field that needs it. */
export function DoorForm({ title, lead, action, next, children, after }: DoorFormProps) {
  const [state, submit, pending] = useActionState(action, untouched);
  const [way, setWay] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const done = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (state.done) done.current?.focus();
    else form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [state]);
  // By hand and not through the form's own action, which would empty the fields after each answer.
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    const { submitter } = event.nativeEvent as SubmitEvent;
    const pressed = submitter instanceof HTMLButtonElement && submitter.name === "way" ? submitter.value : "";
    const sent = new FormData(event.currentTarget);
    if (pressed) sent.set("way", pressed);
    setWay(pressed);
    startTransition(() => submit(sent));
  };
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
      <form ref={form} action={submit} onSubmit={onSubmit} noValidate>
        {next ? <input type="hidden" name="next" value={next} /> : null}
        {children(state, pending ? way : null)}
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
