/**
 * What a form on the way in shows after its action has answered.
 * `values` are put back into the fields (never a password); an error stands under the field of its name;
 * `done` replaces the form by one sentence.
 */
export type FormState = {
  values: Readonly<Record<string, string>>;
  errors: Readonly<Record<string, string>>;
  done?: { title: string; text: string };
};

export type FormAction = (state: FormState, form: FormData) => Promise<FormState>;

export const untouched: FormState = { values: {}, errors: {} };
