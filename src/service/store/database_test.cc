#include "service/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

LEMMA_FOR_BOTH_DATABASES(DatabaseTest);

int64_t Number(Database& database, const std::string& query) {
  int64_t number = -1;
  const Status status = database.Read([&](soci::session& sql) {
    sql << query, soci::into(number);
    return Ok();
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return number;
}

Status Execute(Database& database, const std::string& statement) {
  return database.Write([&](soci::session& sql) {
    sql << statement;
    return Ok();
  });
}

TEST_P(DatabaseTest, ATransactionIsDoneWholeOrNotAtAll) {
  const auto database = Open();
  const auto insert_and = [&](const std::function<Status(soci::session&)>& end) {
    return database->Write([&](soci::session& sql) {
      sql << "INSERT INTO settings (name, value) VALUES ('a', 'b')";
      return end(sql);
    });
  };
  EXPECT_EQ(insert_and([](soci::session&) { return NotFound("no"); }).code(),
            StatusCode::kNotFound);
  EXPECT_EQ(insert_and([](soci::session& sql) {
              sql << "SELECT nonsense";
              return Ok();
            }).code(),
            StatusCode::kInternal);
  EXPECT_EQ(insert_and([](soci::session&) -> Status { throw std::runtime_error("x"); }).code(),
            StatusCode::kInternal);
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM settings"), 0);
  EXPECT_TRUE(insert_and([](soci::session&) { return Ok(); }).ok());
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM settings"), 1);
}

TEST_P(DatabaseTest, WritersWaitForEachOtherAndLoseNothing) {
  const auto database = Open();
  const auto another = Open();  // as another process would
  InThreads(8, [&](int i) {
    for (int round = 0; round < 25; ++round) {
      const Status status = (i % 2 == 0 ? database : another)->Write([&](soci::session& sql) {
        sql << "UPDATE change_counters SET value = value + 1 WHERE name = 'keys'";
        int64_t value = 0;
        sql << "SELECT value FROM change_counters WHERE name = 'keys'", soci::into(value);
        sql << "UPDATE change_counters SET value = :value WHERE name = 'keys'", soci::use(value);
        return Ok();
      });
      EXPECT_TRUE(status.ok()) << status.message();
    }
  });
  EXPECT_EQ(Number(*database, "SELECT value FROM change_counters WHERE name = 'keys'"), 200);
}

TEST_P(DatabaseTest, AWriterThatWaitsTooLongIsToldToTryAgain) {
  const auto database = Open();
  const auto impatient =
      *Database::Open({.address = address_, .wait_max = std::chrono::milliseconds(100)});
  const Status status = database->Write([&](soci::session& sql) {
    sql << "UPDATE change_counters SET value = 7";
    const Status inner = Execute(*impatient, "UPDATE change_counters SET value = 8");
    EXPECT_EQ(inner.code(), StatusCode::kUnavailable) << inner.message();
    return Ok();
  });
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(Execute(*impatient, "UPDATE change_counters SET value = 8").ok());
}

TEST_P(DatabaseTest, ATransactionWithoutAFreeConnectionIsToldToTryAgain) {
  const auto database = *Database::Open(
      {.address = address_, .n_connections = 1, .wait_max = std::chrono::milliseconds(50)});
  const Status status = database->Read([&](soci::session&) {
    EXPECT_EQ(database->Read([](soci::session&) { return Ok(); }).code(), StatusCode::kUnavailable);
    return Ok();
  });
  EXPECT_TRUE(status.ok());
}

TEST_P(DatabaseTest, ErrorsDoNotRepeatValues) {
  const auto database = Open();
  const std::string secret = "s3cr3t-value";
  const auto insert = [&](soci::session& sql) {
    sql << "INSERT INTO settings (name, value) VALUES (:name, :value)", soci::use(secret),
        soci::use(secret);
    return Ok();
  };
  EXPECT_TRUE(database->Write(insert).ok());
  const Status status = database->Write(insert);
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(status.message().find(secret), std::string::npos) << status.message();
}

TEST_P(DatabaseTest, ForeignKeysAreKept) {
  const auto database = Open();
  EXPECT_FALSE(Execute(*database,
                       "INSERT INTO key_secrets (handle, key_id, hash, created_ms, expires_ms) "
                       "VALUES ('h', 'no such key', 'x', 1, 0)")
                   .ok());
}

TEST(PostgresqlTest, AnAddressThatIsWrittenWronglyTellsNoPassword) {
  for (const char* address : {
           "postgresql://lemma:my%zzsecret@localhost/db",   // no percent-encoding
           "postgresql://lemma:4secret/word@localhost/db",  // "4secret" as a port
           "postgresql://localhost/db?user=lemma&password=my%zzsecret",
       }) {
    const auto database = Database::OpenAsItIs({.address = address});
    ASSERT_FALSE(database.ok()) << address;
    const std::string& message = database.status().message();
    EXPECT_EQ(message.find("secret"), message.npos) << message;
    EXPECT_NE(message.find("***"), message.npos) << message;
  }
}

TEST(PostgresqlTest, ALostConnectionIsRenewed) {
  const std::string address = NewPostgresqlDatabase();
  ASSERT_FALSE(address.empty());
  const auto database = *Database::Open({.address = address, .n_connections = 2});
  const auto killer = *Database::Open({.address = address, .n_connections = 1});
  const auto kill_others = [&] {
    return Execute(*killer,
                   "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  };
  ASSERT_TRUE(kill_others().ok());
  for (int i = 0; i < 3; ++i) {
    const Status status = Execute(*database, "UPDATE change_counters SET value = value + 1");
    EXPECT_TRUE(status.ok()) << status.message();
  }
  // In the middle of a transaction: undone, and run once more.
  int n_runs = 0;
  const Status status = database->Write([&](soci::session& sql) {
    sql << "UPDATE change_counters SET value = value + 1";
    if (++n_runs == 1) {
      EXPECT_TRUE(kill_others().ok());
    }
    sql << "UPDATE change_counters SET value = value + 1";
    return Ok();
  });
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(n_runs, 2);
  EXPECT_EQ(Number(*database, "SELECT value FROM change_counters"), 5);
}

TEST(PostgresqlTest, AServerThatIsAwayIsUnavailable) {
  const auto database =
      Database::Open({.address = "postgresql://lemma@localhost/lemma?host=/nonexistent"});
  EXPECT_EQ(database.status().code(), StatusCode::kUnavailable) << database.status().message();
}

mode_t ModeOf(const fs::path& path) {
  struct stat info{};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST(SqliteTest, TheFileAndItsDirectoryArePrivate) {
  const fs::path directory = NewTestDirectory() / "a" / "b with space = \t'";
  const auto database = *Database::Open({.address = directory / "lemma.db"});
  EXPECT_EQ(ModeOf(directory), 0700u);
  for (const char* name : {"lemma.db", "lemma.db-wal", "lemma.db-shm"}) {
    EXPECT_EQ(ModeOf(directory / name), 0600u) << name;
  }
}

TEST(SqliteTest, SettingsAreThoseOfAnUntrustedFile) {
  const auto database = *Database::Open({.address = NewTestDirectory() / "lemma.db"});
  EXPECT_EQ(Number(*database, "PRAGMA foreign_keys"), 1);
  EXPECT_TRUE(database
                  ->Write([&](soci::session& sql) {
                    int synchronous = 0;
                    sql << "PRAGMA synchronous", soci::into(synchronous);
                    EXPECT_EQ(synchronous, 2) << "FULL";
                    return Ok();
                  })
                  .ok());
  EXPECT_EQ(Number(*database, "PRAGMA trusted_schema"), 0);
  EXPECT_EQ(Number(*database, "PRAGMA busy_timeout"), 5000);
  EXPECT_FALSE(Execute(*database, "UPDATE sqlite_schema SET sql = ''").ok());
  EXPECT_FALSE(Execute(*database, "SELECT \"a text, were quotation marks not taken\"").ok());
}

TEST(SqliteTest, WhatIsNoDatabaseIsRefusedAndSaysSo) {
  const fs::path directory = NewTestDirectory();
  std::ofstream(directory / "text") << std::string(8192, 'x');
  const Status damaged = Database::Open({.address = directory / "text"}).status();
  EXPECT_EQ(damaged.code(), StatusCode::kDataLoss);
  EXPECT_THAT(damaged.message(), HasSubstr((directory / "text").string()));
  EXPECT_EQ(Database::Open({.address = directory}).status().code(), StatusCode::kIo);
  EXPECT_EQ(Database::Open({.address = ""}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Database::Open({.address = "/proc/nowhere/lemma.db"}).status().code(), StatusCode::kIo);
}

TEST(SqliteTest, ManyThatOpenANewFileAtOnceAllSucceed) {
  const std::string address = NewTestDirectory() / "lemma.db";
  InThreads(12, [&](int) {
    const auto database = Database::Open({.address = address, .n_connections = 2});
    EXPECT_TRUE(database.ok()) << database.status().message();
  });
}

}  // namespace
}  // namespace lemma::store
