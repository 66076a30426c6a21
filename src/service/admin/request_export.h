// Rows of the request log as replies have them: JSON, or CSV for spreadsheets. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "service/store/request_record.h"

namespace lemma::admin {

// Without prompt and answer.
boost::json::object RequestJson(const store::RequestRecord& record);

// A line for each, below one with the names of RequestJson's members (csv.h).
std::string RequestsCsv(const std::vector<store::RequestRecord>& records);

}  // namespace lemma::admin
