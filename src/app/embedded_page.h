// The solve page and the console, whose files are part of the program (embedded_page.S.in).
#pragma once

#include <vector>

#include "service/gateway/page_files.h"

namespace lemma::app {

// Empty where the program was built without the pages (LEMMA_WEB).
std::vector<gateway::PageFile> EmbeddedPage();

}  // namespace lemma::app
