// Both databases, real: SQLite in a new file, PostgreSQL in a server of this test program's own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "service/access/api_key.h"
#include "service/store/database.h"

namespace lemma::store {

// A new directory, private to one test.
std::filesystem::path NewTestDirectory();

// The address of a new, empty database on a PostgreSQL server, which the first call starts and the
// end of this process ends. Without PostgreSQL the test fails and says what to install; "" then.
std::string NewPostgresqlDatabase();

// The parameter is the kind: "sqlite" or "postgresql".
class DatabaseTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;

  std::unique_ptr<Database> Open() const;  // of `address_`, with migrations
  bool is_postgresql() const { return GetParam() == "postgresql"; }

  std::filesystem::path directory_;
  std::string address_;
};

// A key with this name and no limits.
access::KeySpec Named(const std::string& name);

// Runs `body(i)` for i < n in as many threads at once.
void InThreads(int n, const std::function<void(int)>& body);

#define LEMMA_FOR_BOTH_DATABASES(suite)                                      \
  INSTANTIATE_TEST_SUITE_P(, suite, testing::Values("sqlite", "postgresql"), \
                           [](const auto& test) { return std::string(test.param); })

}  // namespace lemma::store
