/** `auth.admin.listUsers`: people in pages, with the headers that the client reads. */
import { type Asked, type AuthParts, requireAdmin } from "./auth-asked.ts";
import { invalid } from "./auth-errors.ts";
import { showUser } from "./auth-shown.ts";
import { countUsers, listUsers } from "./auth-users.ts";

export async function adminList(parts: AuthParts, asked: Asked): Promise<Response> {
  requireAdmin(parts, asked);
  const query = asked.url.searchParams;
  const page = pageNumber(query.get("page"), 1);
  const perPage = pageNumber(query.get("per_page"), 50);
  if (perPage === 0) throw invalid("Bad Pagination Parameters: per_page must be greater than 0");
  const filter = query.get("filter") ?? "";
  const users = await listUsers(parts.database, filter, perPage, (Math.max(page, 1) - 1) * perPage);
  const total = await countUsers(parts.database, filter);
  const headers = {
    "x-total-count": String(total),
    link: linksOf(asked.url, page, Math.ceil(total / perPage)),
  };
  return Response.json({ users: users.map(showUser), aud: "authenticated" }, { headers });
}

function pageNumber(text: string | null, otherwise: number): number {
  if (!text) return otherwise;
  if (!/^\d{1,9}$/.test(text)) {
    throw invalid(`Bad Pagination Parameters: strconv.ParseUint: parsing "${text}": invalid syntax`);
  }
  return Number(text);
}

function linksOf(url: URL, page: number, pages: number): string {
  const linkTo = (number: number, rel: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set("page", String(number));
    query.sort();
    return `<${url.pathname.replace("/auth/v1", "")}?${query}>; rel="${rel}"`;
  };
  return [...(pages > page ? [linkTo(page + 1, "next")] : []), linkTo(pages, "last")].join(", ");
}
