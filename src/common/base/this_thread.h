// How the system's scheduler is to treat the calling thread. Both are wishes: a system that refuses
// them schedules it like any other thread.
#pragma once

namespace lemma {

// It wakes often and works briefly: it may interrupt what else runs on its core. Its share of the
// processor stays what it was. Linux 6.12 and later; before, wakers interrupt anyway.
void InterruptOthers();

// What it does is not waited for: it gets about a tenth of a core that others want too. Not less,
// for they may wait for a lock that it holds.
void StandBackForOthers();

}  // namespace lemma
