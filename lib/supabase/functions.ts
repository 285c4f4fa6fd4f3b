/** The names and arguments of the database's functions, for those who call one of several. */
import type { Database } from "./database-types.gen.ts";

type Functions = Database["public"]["Functions"];
export type FunctionName = keyof Functions;

/** Every argument may also be null; the generator of the types cannot tell which of them take it. */
export type FunctionArguments<Name extends FunctionName> = {
  [Argument in keyof Functions[Name]["Args"]]: Functions[Name]["Args"][Argument] | null;
};

/** For `client.rpc(name, forRpc(values))`. */
export function forRpc<Name extends FunctionName>(values: FunctionArguments<Name>): Functions[Name]["Args"] {
  return values as Functions[Name]["Args"];
}
