// One's own second factor: set up with an app, confirmed by a code, removed.
import { useEffect, useRef, useState } from "preact/hooks";

import { useConsole } from "../context";
import { useAction } from "../use_data";
import { Failure } from "./failure";
import { TextField } from "./field";
import { QrCode } from "./qr_code";
import { Secret } from "./secret";

interface Enrolment {
  secret: string;
  url: string; // otpauth://
}

export function SecondFactor() {
  const { api, say, me, renewMe } = useConsole();
  const [password, setPassword] = useState("");
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [recovery, setRecovery] = useState<string | null>(null);
  const { run, isBusy, failure } = useAction();
  const begin = async () => {
    setEnrolment(await api.send("POST", "/me/totp", { password }));
    setPassword("");
  };
  const remove = async () => {
    await api.send("POST", "/me/totp/remove", { password });
    setPassword("");
    await renewMe();
  };
  const confirmed = (codes: string[]) => {
    setEnrolment(null);
    setRecovery(codes.join("\n"));
    void renewMe();
  };
  return (
    <section class="panel">
      <h3>
        {say("secondFactor")}: {say(me.has_totp ? "on" : "off")}
      </h3>
      {recovery && (
        <Secret title={say("recoveryCodes")} text={recovery} onDone={() => setRecovery(null)} />
      )}
      {enrolment ? (
        <Confirm enrolment={enrolment} onConfirmed={confirmed} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void run(me.has_totp ? remove : begin);
          }}
        >
          <TextField
            label={say("presentPassword")}
            type="password"
            value={password}
            onChange={setPassword}
            autocomplete="current-password"
            isRequired
          />
          <Failure failure={failure} />
          <button type="submit" aria-disabled={isBusy}>
            {say(me.has_totp ? "removeTotp" : "setUpTotp")}
          </button>
        </form>
      )}
    </section>
  );
}

function Confirm({
  enrolment,
  onConfirmed,
}: {
  enrolment: Enrolment;
  onConfirmed(codes: string[]): void;
}) {
  const { api, say } = useConsole();
  const [code, setCode] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []); // the form before it is gone
  const { run, isBusy, failure } = useAction();
  const confirm = async () => {
    const { recovery_codes } = await api.send<{ recovery_codes: string[] }>(
      "POST",
      "/me/totp/confirm",
      { code },
    );
    onConfirmed(recovery_codes);
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void run(confirm);
      }}
    >
      <p>{say("totpHint")}</p>
      <QrCode text={enrolment.url} label={say("totpPicture")} />
      <pre class="plain totp-secret" tabIndex={0}>
        {enrolment.secret}
      </pre>
      <p>
        <a href={enrolment.url}>{say("openApp")}</a>
      </p>
      <TextField
        label={say("code")}
        value={code}
        onChange={setCode}
        autocomplete="one-time-code"
        isRequired
      />
      <Failure failure={failure} />
      <button type="submit" aria-disabled={isBusy}>
        {say("confirm")}
      </button>
    </form>
  );
}
