/**
 * Version of the document's shape that this program reads and writes. In a file of its own: the edge function's bundle
 * needs nothing else of the messages. private.known_schema_version() says the same in the database.
 */
export const SCHEMA_VERSION = 1;
