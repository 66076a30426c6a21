// How the system's scheduler is to treat the calling thread.
#pragma once

namespace lemma {

// It wakes often and works briefly: it may interrupt what else runs on its core. Its share of the
// processor stays what it was. A wish: Linux grants it since 6.12 (sched_setattr(2)); before,
// threads that wake interrupt anyway.
void InterruptOthers();

}  // namespace lemma
