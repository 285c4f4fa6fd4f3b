"use client";
export { Failure as default } from "../components/workspace/failure.tsx";
