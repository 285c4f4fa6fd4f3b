/** `npm run dev`: Next's development server, with the stand-in when no Supabase project is configured. */
import { serve } from "./serve.ts";

await serve("dev");
