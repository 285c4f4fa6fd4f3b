"use client";
import { Bar } from "../../../components/workspace/bar.tsx";
import { Failure, type FailureProps } from "../../../components/workspace/failure.tsx";

/** The frame stays, with the way to all other pages. */
export default function PageError(props: FailureProps) {
  return (
    <>
      <Bar title="Not shown" />
      <Failure {...props} />
    </>
  );
}
