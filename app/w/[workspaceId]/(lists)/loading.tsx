import { Bones } from "../../../../components/ui/bones.tsx";
import { Bar } from "../../../../components/workspace/bar.tsx";

export default function Loading() {
  return (
    <>
      <Bar title="Opening…" />
      <main className="column" id="main" aria-busy="true">
        <Bones />
      </main>
    </>
  );
}
