/** Who looks at a page of a workspace. Every page asks this first, for itself: the layout is no guard. */
import { notFound, redirect } from "next/navigation";
import { withNext } from "../../../components/auth/next-path.ts";
import { type CurrentUser, findCurrentUser } from "../../../lib/auth/current-user.ts";
import { findWorkspace, type Workspace } from "../../../lib/data/workspaces.ts";

export type Viewer = { user: CurrentUser; workspace: Workspace; canWrite: boolean };

/** Sends the signed-out to sign in and back to `path`; a workspace that is not theirs is not found. */
export async function getViewer(workspaceId: string, path: string): Promise<Viewer> {
  const user = await findCurrentUser();
  if (!user) redirect(withNext("/sign-in", path));
  const workspace = await findWorkspace(user.id, workspaceId);
  if (!workspace) notFound();
  return { user, workspace, canWrite: ["owner", "admin", "editor"].includes(workspace.role) };
}
