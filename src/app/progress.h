// A progress bar on standard error, for what takes longer than a breath. Silent where standard
// error is not a terminal.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lemma::app {

// Draws "<what>  [####      ]  40%"; a share of 1 ends the line.
std::function<void(double share)> ProgressBar(std::string what);

// `what` and `figures` on one line of the terminal at standard error, which could not be redrawn
// were it longer: of `what` the beginning is left out as needed, then of `figures` the end.
std::string ProgressLine(std::string_view what, std::string_view figures);

}  // namespace lemma::app
