import { PageLink } from "../ui/page-link.tsx";

export type Fate = {
  workspaceId: string;
  name: string;
  fate: "deleted" | "left" | "refused";
  documents: number;
};

const count = (documents: number) => `${documents} ${documents === 1 ? "document" : "documents"}`;

/** What goes with the account, and what stays where others are. */
export function Fates({ fates }: { fates: readonly Fate[] }) {
  const of = (kind: Fate["fate"]) => fates.filter(({ fate }) => fate === kind);
  return (
    <div className="fates">
      <h3>Gone at once, for good</h3>
      <ul>
        <li>Your account, your name and your sessions on every device.</li>
        {of("deleted").map(({ workspaceId, name, documents }) => (
          <li
            key={workspaceId}
          >{`${name}, where nobody else is: ${count(documents)}, with their files and their history.`}</li>
        ))}
        <li>What is not sent yet from this browser.</li>
      </ul>
      <h3>What stays</h3>
      <ul>
        {of("left").map(({ workspaceId, name }) => (
          <li
            key={workspaceId}
          >{`What you wrote in ${name}, for its members. It says “Deleted person” where your name stood.`}</li>
        ))}
        <li>Where others wrote your name into a text, or named you with @, it stays in their text.</li>
        <li>Copies in the backups of those who run this site, until these are replaced.</li>
      </ul>
    </div>
  );
}

/** Why it cannot be done yet, and what to do. */
export function Refused({ fates }: { fates: readonly Fate[] }) {
  return (
    <div className="fates">
      <p>
        You are the only owner of a workspace where others are members. Make one of them an owner, or remove
        them; then you can delete your account.
      </p>
      <ul>
        {fates.map(({ workspaceId, name }) => (
          <li key={workspaceId}>
            <PageLink href={`/w/${workspaceId}/settings`}>{`Members of ${name}`}</PageLink>
          </li>
        ))}
      </ul>
    </div>
  );
}
