// How the system's scheduler is to treat the calling thread.
#pragma once

namespace lemma {

// It may interrupt what has longer turns on its core, and is soon interrupted itself: for threads
// that wake often and work briefly, and for those that must not keep them waiting. Its share of the
// processor stays what it was. A wish: Linux grants it since 6.12 (sched_setattr(2)); before,
// threads that wake interrupt anyway.
void TakeShortTurns();

}  // namespace lemma
