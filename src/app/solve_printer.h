// What `lemma ask --samples` prints: samples, votes and checks to standard error as they come, the
// solution that was chosen to standard output.
//
// Threads: one at a time.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "app/event_printer.h"

namespace lemma::app {

class SolvePrinter : public EventPrinter {
 public:
  Status Print(const net::SseParser::Event& event) override;
  Status Finish() override { return written_; }

 private:
  Status PrintResult(const boost::json::object& result);

  Status written_;
};

}  // namespace lemma::app
