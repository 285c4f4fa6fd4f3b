/** The version of package.json (a test compares the two), without shipping that file. */
export const VERSION = "0.1.0";
