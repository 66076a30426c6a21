// Tables of comma-separated values (RFC 4180): a line of column names, then rows of texts; quoted
// ones may hold commas, lines and doubled quotes.
//
// Threads: any.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::eval {

// Each row as an object of strings by column; a column without a name is left out, as is a row of
// nothing. Errors (kInvalidArgument), with the row: a quote that is not closed, another number of
// columns than names.
Result<std::vector<boost::json::object>> ParseCsv(std::string_view text);

}  // namespace lemma::eval
