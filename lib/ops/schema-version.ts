/** The newest migration this program was written for (a test compares it with supabase/migrations). */
export const SCHEMA_MIGRATION = "20261127009000";
