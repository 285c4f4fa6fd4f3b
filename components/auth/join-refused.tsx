import Link from "next/link";

const sentences: Readonly<Record<string, readonly [title: string, text: string]>> = {
  invitation_used: ["This invitation was used", "A link lets one person in. Ask for a new one."],
  invitation_expired: ["This invitation has expired", "Ask the person who sent it for a new one."],
  invitation_revoked: ["This invitation was withdrawn", "Ask the person who sent it for a new one."],
};

const unknown = [
  "Invitation not found",
  "Look whether the whole link was copied, or ask for a new one.",
] as const;

export function JoinRefused({ reason }: { reason: string | null }) {
  const [title, text] = sentences[reason ?? ""] ?? unknown;
  return (
    <>
      <h1>{title}</h1>
      <p>{text}</p>
      <Link className="button tall" href="/">
        Go to your pages
      </Link>
    </>
  );
}
