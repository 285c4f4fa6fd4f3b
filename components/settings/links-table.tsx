"use client";
import { useTransition } from "react";
import type { Role } from "../../lib/core/protocol.ts";
import { say } from "../ui/say.ts";
import { type Answer, roleNames } from "./roles.ts";

export type OpenLink = { id: string; role: Role; made: string; ends: string };

type LinksProps = { links: readonly OpenLink[]; revoke: (id: string) => Promise<Answer> };

export function LinksTable({ links, revoke }: LinksProps) {
  const [busy, start] = useTransition();
  if (links.length === 0) return <p className="quiet">No link is open.</p>;
  return (
    <table className="data fold three">
      <thead>
        <tr>
          <th scope="col">Role</th>
          <th scope="col">Made</th>
          <th scope="col">Ends</th>
          <th scope="col">
            <span className="unseen">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {links.map((link) => (
          <tr key={link.id}>
            <td>{roleNames[link.role]}</td>
            <td className="quiet gone">{link.made}</td>
            <td className="quiet">{link.ends}</td>
            <td className="end">
              <button
                type="button"
                className="button danger"
                aria-describedby={`ends-${link.id}`}
                aria-disabled={busy}
                onClick={() => start(async () => void say(await revoke(link.id)))}
              >
                Revoke
              </button>
              <span className="unseen" id={`ends-${link.id}`}>
                The {roleNames[link.role]} link that ends {link.ends}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
