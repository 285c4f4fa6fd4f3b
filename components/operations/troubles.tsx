import { TriangleAlert } from "lucide-react";

export type TroubleProps = {
  sentence: string;
  play: { title: string; meaning: string; commands: readonly string[]; decision: string } | null;
};

/** What is wrong, and beside it the runbook's step: its first commands and what to decide by. */
export function Troubles({ troubles }: { troubles: readonly TroubleProps[] }) {
  return troubles.map(({ sentence, play }) => (
    <div className="alert" key={sentence}>
      <TriangleAlert className="i" aria-hidden />
      <p>
        <strong>{sentence}</strong> {play ? play.meaning : null}
      </p>
      {play ? (
        <details>
          <summary>{`What to do: ${play.title}`}</summary>
          <pre>
            <code>{play.commands.join("\n")}</code>
          </pre>
          <p>{play.decision}</p>
        </details>
      ) : null}
    </div>
  ));
}
