// Processes that are killed (SIGKILL) at any moment: what they were told is done, is done.
#include <gtest/gtest.h>
#include <signal.h>
#include <soci/soci.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <set>
#include <thread>

#include "service/store/audit_log.h"
#include "service/store/key_store.h"
#include "service/store/store_limiter.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

namespace fs = std::filesystem;

class KillTest : public DatabaseTest {
 protected:
  // Runs `body(fd)` in a child until it is killed at a random moment; what it wrote to fd.
  std::string RunAndKill(const std::function<void(int)>& body) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      body(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    std::string written(1, '\0');
    EXPECT_EQ(read(ends[0], written.data(), 1), 1);  // it has begun
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 60'000));
    kill(child, SIGKILL);
    char buffer[4096];
    for (ssize_t n; (n = read(ends[0], buffer, sizeof(buffer))) > 0;) {
      written.append(buffer, static_cast<size_t>(n));
    }
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    if (is_postgresql()) WaitUntilServerNotices();
    return written.substr(1);
  }

  // PostgreSQL ends what a killed client had sent, and then its connection.
  void WaitUntilServerNotices() {
    const auto database = *Database::OpenAsItIs({.address = address_, .n_connections = 1});
    int64_t n_others = 1;
    for (int i = 0; i < 6000 && n_others > 0; ++i) {
      const Status status = database->Read([&](soci::session& sql) {
        sql << "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
            soci::into(n_others);
        return Ok();
      });
      EXPECT_TRUE(status.ok()) << status.message();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(n_others, 0);
  }

  std::mt19937_64 random_{5};
};
LEMMA_FOR_BOTH_DATABASES(KillTest);

void Say(int fd, const std::string& line) {
  if (write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(1);
}

TEST_P(KillTest, NoAcknowledgedKeyIsLostAndNoneIsHalfThere) {
  const SystemUnixClock clock;
  std::set<std::string> acknowledged;
  int n_rounds = 0;
  for (; n_rounds < 12 || (acknowledged.size() <= 20 && n_rounds < 200); ++n_rounds) {
    const std::string lines = RunAndKill([&](int fd) {
      const auto database = *Database::Open({.address = address_, .n_connections = 1});
      const auto keys = *KeyStore::Open(*database, directory_ / "key-secret", clock);
      Say(fd, "!");
      for (;;) Say(fd, keys->Create(Named("a"))->key.id + "\n");
    });
    for (size_t begin = 0, end; (end = lines.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      acknowledged.insert(lines.substr(begin, end - begin));
    }
  }
  const auto database = Open();
  const auto keys = *KeyStore::Open(*database, directory_ / "key-secret", clock);
  std::set<std::string> stored;
  const std::vector<access::ApiKey> list = *keys->List();
  for (const access::ApiKey& key : list) {
    stored.insert(key.id);
    EXPECT_EQ(key.handle.size(), 8u) << "a key without a secret";
  }
  EXPECT_GT(acknowledged.size(), 20u);
  for (const std::string& id : acknowledged) EXPECT_TRUE(stored.contains(id)) << id;
  EXPECT_LE(stored.size(), acknowledged.size() + static_cast<size_t>(n_rounds))
      << "at most one unacknowledged a round";
  const auto head = AuditLog(*database, clock).Verify();
  ASSERT_TRUE(head.ok()) << head.status().message();
  EXPECT_EQ(head->number, static_cast<int64_t>(stored.size())) << "an entry for each, none broken";
  if (!is_postgresql()) {
    std::string check;
    EXPECT_TRUE(database
                    ->Read([&](soci::session& sql) {
                      sql << "PRAGMA integrity_check", soci::into(check);
                      return Ok();
                    })
                    .ok());
    EXPECT_EQ(check, "ok");
  }
}

TEST_P(KillTest, NoTokenOfADayIsLostOrSpentTwice) {
  ManualUnixClock clock(20'000 * int64_t{86'400'000});
  std::string key_id;
  {
    const auto database = Open();
    key_id =
        (*KeyStore::Open(*database, directory_ / "key-secret", clock))->Create(Named("a"))->key.id;
  }
  const access::KeyLimits limits{0, 0, access::kDayLimitMax, 0};
  int64_t n_settled = 0;
  for (int round = 0; round < 8 || (n_settled <= 20 && round < 200); ++round) {
    // "a": a request of 100 tokens was admitted; "s": it has used 30.
    const std::string letters = RunAndKill([&](int fd) {
      const auto database = *Database::Open({.address = address_, .n_connections = 2});
      StoreLimiter limiter(*database, clock);
      Say(fd, "!");
      for (;;) {
        access::Admission admission = *limiter.Admit(key_id, limits, 100);
        Say(fd, "a");
        admission.reservation.Settle(30);
        Say(fd, "s");
      }
    });
    n_settled += std::count(letters.begin(), letters.end(), 's');
    const auto database = Open();
    StoreLimiter limiter(*database, clock);
    const int64_t used = *limiter.DayTokens(key_id, access::DayOf(clock.NowMs()));
    EXPECT_GE(used, 30 * n_settled);
    clock.Advance(30'001);
    (void)*limiter.Admit(key_id, limits, 0);  // the killed one's lease has run out
    const int64_t given_back = *limiter.DayTokens(key_id, access::DayOf(clock.NowMs()));
    // A settlement may be done whose acknowledgement was not.
    EXPECT_TRUE(given_back == 30 * n_settled || given_back == 30 * (n_settled + 1)) << given_back;
    n_settled = given_back / 30;
  }
  EXPECT_GT(n_settled, 20);
}

}  // namespace
}  // namespace lemma::store
