// The solve page, whose files are part of the program (embedded_page.S.in).
#pragma once

#include <vector>

#include "service/gateway/page.h"

namespace lemma::app {

// Empty where the program was built without the page (LEMMA_WEB).
std::vector<gateway::PageFile> EmbeddedPage();

}  // namespace lemma::app
