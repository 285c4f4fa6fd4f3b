/** `npm start`: the production build, made first if there is none, with the stand-in as `npm run dev`. */
import { serve } from "./serve.ts";

await serve("start");
