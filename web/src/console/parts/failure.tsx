// What went wrong with a call, in the reader's language and the server's own words.
import type { CallError } from "../admin_api";
import { useConsole } from "../context";
import type { Say, Word } from "../words";

interface Props {
  failure: CallError | null;
  missing?: Word; // what a 404 says, where that is not a thing that is not there
}

export function FailureText({ failure, say, missing }: Props & { say: Say }) {
  if (!failure) return null;
  const kinds: Record<number, Word> = {
    0: "failedLost",
    401: "failedSignIn",
    403: "failedForbidden",
    404: missing ?? "failedMissing",
    409: "failedGate",
    429: "failedLimit",
    503: "failedBusy",
  };
  // To who is signed in, a wrong password of their own is no lack of a right.
  const isOwnPassword = failure.status === 403 && failure.field === "password";
  const kind: Word = isOwnPassword
    ? "failedSignIn"
    : (kinds[failure.status] ?? (failure.status >= 500 ? "failedServer" : "failedRequest"));
  const { field, message } = failure;
  const detail = field && !message.startsWith(`${field}:`) ? `${field}: ${message}` : message;
  return (
    <p class="failure" role="alert">
      {say(kind)}
      {failure.status !== 0 && ` (${detail})`}
    </p>
  );
}

export function Failure(props: Props) {
  return <FailureText {...props} say={useConsole().say} />;
}
