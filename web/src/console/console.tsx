// The console: who is signed in, the pages that the role may see, and the one that is shown.
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { LookButtons, useLook } from "../look";
import { AdminApi, CallError } from "./admin_api";
import { ContextProvider, roles, useConsole, type User } from "./context";
import { formatsOf } from "./formats";
import { pages } from "./pages";
import { FailureText } from "./parts/failure";
import { linkTo, useRoute } from "./route";
import { SignIn } from "./sign_in";
import { useFocusKept } from "./use_focus";
import { speaker } from "./words";

interface Me {
  user: User;
  csrf_token: string;
}

export function Console() {
  const look = useLook();
  const say = speaker(look.language);
  const [me, setMe] = useState<User | null>(null);
  const [isSignedIn, setIsSignedIn] = useState<boolean | null>(null); // null: not known yet
  const [failure, setFailure] = useState<CallError | null>(null);
  const leave = useCallback((isWanted: boolean) => {
    setIsSignedIn(false);
    // Of a session that ran out the page stays, unseen: what was typed is there after the next.
    if (isWanted) setMe(null);
  }, []);
  const api = useMemo(() => new AdminApi(leave), [leave]);

  const enter = useCallback(
    ({ user, csrf_token }: Me) => {
      api.signedIn(csrf_token);
      setMe(user);
      setIsSignedIn(true);
      setFailure(null);
    },
    [api],
  );
  const renewMe = useCallback(async () => {
    try {
      enter(await api.get<Me>("/me"));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.status !== 401) setFailure(error);
    }
  }, [api, enter]);
  useEffect(() => void renewMe(), [renewMe]);
  const signOut = async () => {
    setFailure(null);
    try {
      await api.send("POST", "/sign-out");
      api.signedOut();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.status !== 401) setFailure(error); // else it had ended already
    }
  };
  useFocusKept();

  return (
    <>
      <header class="row">
        <h1>Lemma</h1>
        <p class="hint">{say("console")}</p>
        <LookButtons look={look} />
        {me && isSignedIn && (
          <button type="button" onClick={() => void signOut()}>
            {say("signOut")} ({me.name})
          </button>
        )}
      </header>
      <FailureText failure={failure} say={say} />
      {failure && isSignedIn === null && (
        <button type="button" onClick={() => void renewMe()}>
          {say("retry")}
        </button>
      )}
      {isSignedIn === false && <SignIn api={api} onSignedIn={enter} say={say} />}
      {me && (
        <div hidden={!isSignedIn} key={me.id}>
          <ContextProvider
            value={{
              api,
              say,
              formats: formatsOf(look.language),
              look,
              me,
              may: (least) => roles.indexOf(me.role) >= roles.indexOf(least),
              renewMe,
            }}
          >
            <Pages />
          </ContextProvider>
        </div>
      )}
    </>
  );
}

function Pages() {
  const { say, may } = useConsole();
  const route = useRoute();
  const shown = pages.filter(({ least }) => may(least));
  const page = shown.find(({ name }) => name === route.page) ?? shown[0]!;
  useEffect(() => {
    document.title = `Lemma: ${say(page.name)}`;
  }, [page, say]);
  return (
    <>
      <nav class="row" aria-label={say("pages")}>
        {shown.map(({ name }) => (
          <a key={name} href={linkTo(name)} aria-current={name === page.name ? "page" : undefined}>
            {say(name)}
          </a>
        ))}
      </nav>
      <main key={page.name} tabIndex={-1}>
        <page.Page route={route} />
      </main>
    </>
  );
}
