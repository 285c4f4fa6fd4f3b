"use client";
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { say } from "../ui/say.ts";
import { Select } from "../ui/select.tsx";
import { asOptions } from "./roles.ts";

export type NewLink = { ok: true; token: string } | { ok: false; sentence: string };

type InviteProps = { createLink: (role: string) => Promise<NewLink> };

/** A link is shown once, here: the database keeps only its fingerprint. */
export function InviteForm({ createLink }: InviteProps) {
  const [busy, setBusy] = useState(false);
  const [link, setLink] = useState<string>();
  const create = async (form: FormData) => {
    setBusy(true);
    const answer = await createLink(String(form.get("role")));
    setBusy(false);
    if (say(answer) && answer.ok) setLink(`${window.location.origin}/join/${answer.token}`);
  };
  return (
    <>
      <form
        className="invite"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void create(new FormData(event.currentTarget));
        }}
      >
        <div className="field">
          <label htmlFor="role">Role</label>
          <Select
            id="role"
            name="role"
            defaultValue="editor"
            options={asOptions(["admin", "editor", "commenter", "viewer"])}
          />
        </div>
        <button type="submit" className="button primary tall" aria-busy={busy}>
          Create invitation link
        </button>
      </form>
      {link ? <LinkOut key={link} link={link} /> : null}
    </>
  );
}

function LinkOut({ link }: { link: string }) {
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // Without permission for the clipboard the link is at least selected.
      field.current?.select();
    }
  };
  const Icon = copied ? Check : Copy;
  return (
    <div className="link-out">
      <div className="field">
        <label htmlFor="invitation-link">Invitation link</label>
        <input
          ref={field}
          className="input"
          id="invitation-link"
          readOnly
          value={link}
          aria-describedby="invitation-note"
          onFocus={(event) => event.target.select()}
        />
        <p className="hint" id="invitation-note" role="status">
          {copied
            ? "Copied. Send it to one person."
            : "Copy it now: it is shown only once, and lets one person in."}
        </p>
      </div>
      <button type="button" className="button tall" onClick={copy}>
        <Icon className="i" aria-hidden />
        Copy
      </button>
    </div>
  );
}
