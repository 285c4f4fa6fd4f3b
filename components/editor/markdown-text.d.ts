/** Files of the repository as text, read when the page is built (next.config.ts). */
declare module "*.md?text" {
  const text: string;
  export default text;
}
