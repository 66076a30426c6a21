// Jobs as the admin API has them (docs/jobs.md, docs/admin.md).
export const jobStatuses = ["queued", "running", "done", "failed", "cancelled"] as const;
export type JobStatus = (typeof jobStatuses)[number];

export interface Job {
  id: string;
  key_id: string;
  target: string;
  status: JobStatus;
  cancel_asked: boolean;
  created_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
  attempts: number;
  progress: { tokens?: number; samples_ended?: number } | null;
  error?: { message?: string } | null; // of one that failed
  webhook?: {
    url: string;
    state: "waiting" | "delivered" | "failed";
    attempts: number;
    error: string | null;
  };
}

export interface JobDetails extends Job {
  body: object | null; // null: not kept, or not for this user
  result: object | null;
}

export const targets = ["/v1/solve", "/v1/chat/completions", "/generate"];

export const hasEnded = ({ status }: Pick<Job, "status">) =>
  status !== "queued" && status !== "running";
