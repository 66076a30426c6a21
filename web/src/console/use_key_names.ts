// The names of API keys, which people know them by.
import { useConsole } from "./context";
import type { ApiKey } from "./keys";
import { useData } from "./use_data";

// Resolves an id to its key's name; to itself while the names are not there yet.
export function useKeyNames(): (id: string) => string {
  const { api } = useConsole();
  const names = useData(async () => {
    const { keys } = await api.get<{ keys: ApiKey[] }>("/keys");
    return new Map(keys.map(({ id, name }) => [id, name]));
  }, []).value;
  return (id) => names?.get(id) || id;
}
