import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { findCurrentUser } from "../lib/auth/current-user.ts";
import { findHomeWorkspaceId, findWorkspace } from "../lib/data/workspaces.ts";

/** On to the workspace one was in last, or to the way in. */
export default async function RootPage() {
  const user = await findCurrentUser();
  if (!user) redirect("/sign-in");
  const last = (await cookies()).get("workspace")?.value;
  const known = last ? await findWorkspace(user.id, last) : null;
  const id = known?.id ?? (await findHomeWorkspaceId(user.id));
  redirect(id === null ? "/sign-in?why=deleted" : `/w/${id}`);
}
