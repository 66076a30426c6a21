// Jobs as clients see them.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "service/store/job_store.h"

namespace lemma::jobs {

// With its result or error where it has one of at most so many bytes.
boost::json::object RenderJob(const store::Job& job, size_t result_bytes_max = SIZE_MAX);

// The error in the body of an answer that is one; all of it where it is another server's, without.
boost::json::value ErrorOf(const std::string& body);

}  // namespace lemma::jobs
