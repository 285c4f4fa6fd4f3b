import Link from "next/link";
import type { ReactNode } from "react";
import { Mark } from "../../components/ui/mark.tsx";

export default function DoorLayout({ children }: { children: ReactNode }) {
  return (
    <div className="door">
      <header>
        <Link className="mark" href="/">
          <Mark>Command Center</Mark>
        </Link>
      </header>
      <main id="main">{children}</main>
      <footer>“Saved” is shown only once the database has your words.</footer>
    </div>
  );
}
