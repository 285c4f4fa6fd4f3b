/** In the place of @tiptap/pm/history: without its plugin there is no history that could be closed. */
export const closeHistory = <Change>(change: Change): Change => change;
