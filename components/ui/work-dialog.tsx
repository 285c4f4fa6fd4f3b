"use client";
import { Dialog } from "@base-ui/react/dialog";
import type { Shown, WorkProgress, WorkResult } from "./use-work.tsx";

type Props = { shown: Shown; onCancel: () => void; onClose: () => void };

export function WorkDialog({ shown: { title, progress, result }, onCancel, onClose }: Props) {
  const leave = () => (result ? onClose() : onCancel());
  return (
    <Dialog.Root open onOpenChange={(open) => open || leave()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="dialog work">
          <Dialog.Title>{title}</Dialog.Title>
          {result ? (
            <Result {...result} />
          ) : (
            <>
              <Dialog.Description role="status">{wordsOf(progress)}</Dialog.Description>
              <progress aria-label={title} max={progress?.all ?? 1} value={progress?.done} />
            </>
          )}
          <div className="choices">
            <button type="button" className="button" onClick={leave}>
              {result ? "Close" : "Stop"}
            </button>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Result({ sentence, problems }: WorkResult) {
  return (
    <>
      <Dialog.Description role="status">{sentence}</Dialog.Description>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by keys */}
      <ul className="problems" tabIndex={0} aria-label="What did not go as wished">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </>
  );
}

function wordsOf(progress: WorkProgress | null): string {
  if (!progress) return "Reading…";
  return `${progress.name} (${Math.min(progress.done + 1, progress.all)} of ${progress.all})`;
}
