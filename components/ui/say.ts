import { toast } from "./toast.ts";

/** Shows why something was not done; says nothing when it was. */
export function say(answer: { ok: true } | { ok: false; sentence: string }): boolean {
  if (!answer.ok) toast.error(answer.sentence);
  return answer.ok;
}
