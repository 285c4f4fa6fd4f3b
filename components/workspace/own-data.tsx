"use client";
import { Download } from "lucide-react";
import { useWork } from "../ui/use-work.tsx";

export type OwnData = {
  readonly documents: readonly {
    readonly id: string;
    readonly canRead: boolean;
    readonly title: string | null;
  }[];
};
export type OwnDataAnswer = { ok: true; data: OwnData } | { ok: false; sentence: string };

type Props = { userId: string; readOwnData: () => Promise<OwnDataAnswer> };

/** Everything that is kept of the person, as one zip: account.json, and the documents that they made. */
export function OwnDataSection({ userId, readOwnData }: Props) {
  const { start, dialog } = useWork();
  const download = () =>
    start({
      title: "Collecting your data",
      failed: "Nothing was downloaded.",
      run: async (wishes) => {
        const answer = await readOwnData();
        if (!answer.ok) throw new Error(answer.sentence);
        const { exportOwn } = await import("../editor/exchange.ts");
        return exportOwn(userId, answer.data, wishes);
      },
    });
  return (
    <section aria-labelledby="data">
      <h2 id="data">Your data</h2>
      <p>
        One zip: who you are here, your workspaces, invitations and when you wrote where (account.json), and
        the documents that you made, as Markdown with their files.
      </p>
      <button type="button" className="button tall" onClick={() => void download()}>
        <Download className="i" aria-hidden />
        Download my data
      </button>
      {dialog}
    </section>
  );
}
