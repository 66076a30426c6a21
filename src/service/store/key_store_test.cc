#include "service/store/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "service/access/key_text.h"
#include "service/store/key_cache.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr int64_t kNow = 1'800'000'000'000;

class KeyStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    store_ = *KeyStore::Open(*database_, secret_path(), clock_);
  }
  fs::path secret_path() const { return directory_ / "key-secret"; }

  // Why the door is closed to this text; "" where it is open.
  std::string Refusal(const std::string& text) {
    const auto key = store_->Authenticate(**store_->Snapshot(), text);
    if (key.ok()) return "";
    EXPECT_EQ(key.status().code(), StatusCode::kUnauthenticated);
    return key.status().message();
  }

  ManualUnixClock clock_{kNow};
  std::unique_ptr<Database> database_;
  std::unique_ptr<KeyStore> store_;
};
LEMMA_FOR_BOTH_DATABASES(KeyStoreTest);

TEST_P(KeyStoreTest, AKeyIsFoundByItsTextWithAllItCarries) {
  access::KeySpec spec = Named("online judge, 判题");
  spec.scopes = {"inference", "metrics"};
  spec.profiles = {"math", "algorithm"};
  spec.limits = {60, 100'000, 2'000'000'000'000 / 2, 4};
  spec.deadline_ms = 60'000;
  spec.priority = -7;
  spec.expires_ms = kNow + 1000;
  spec.keeps_content = true;
  const NewKey made = *store_->Create(spec);
  EXPECT_TRUE(access::CheckKeyText(made.text).ok());
  const auto key = *store_->Authenticate(**store_->Snapshot(), made.text);
  EXPECT_EQ(key->id, made.key.id);
  EXPECT_EQ(key->handle, access::KeyHandle(made.text));
  EXPECT_EQ(key->created_ms, kNow);
  EXPECT_EQ(key->spec.name, spec.name);
  EXPECT_EQ(key->spec.scopes, spec.scopes);
  EXPECT_EQ(key->spec.profiles, spec.profiles);
  EXPECT_EQ(key->spec.limits.requests_per_minute, 60);
  EXPECT_EQ(key->spec.limits.tokens_per_minute, 100'000);
  EXPECT_EQ(key->spec.limits.tokens_per_day, 1'000'000'000'000);
  EXPECT_EQ(key->spec.limits.concurrency, 4);
  EXPECT_EQ(key->spec.deadline_ms, 60'000);
  EXPECT_EQ(key->spec.priority, -7);
  EXPECT_EQ(key->spec.expires_ms, kNow + 1000);
  EXPECT_TRUE(key->spec.keeps_content);
  clock_.Advance(1000);
  EXPECT_THAT(Refusal(made.text), HasSubstr("expired"));
}

TEST_P(KeyStoreTest, TyposUnknownKeysAndRevokedOnesAreToldApart) {
  const NewKey made = *store_->Create(Named("a"));
  std::string typo = made.text;
  typo[20] = typo[20] == 'x' ? 'y' : 'x';
  EXPECT_THAT(Refusal(typo), HasSubstr("mistyped"));
  EXPECT_THAT(Refusal("Bearer"), HasSubstr("not a Lemma API key"));
  EXPECT_THAT(Refusal(access::MakeKeyText()), HasSubstr("no such API key"));
  EXPECT_EQ(Refusal(made.text), "");
  ASSERT_TRUE(store_->Revoke(made.key.id).ok());
  EXPECT_THAT(Refusal(made.text), HasSubstr("revoked"));
  clock_.Advance(5);
  ASSERT_TRUE(store_->Revoke(made.key.id).ok());
  EXPECT_EQ(store_->Find(made.key.id)->revoked_ms, kNow) << "the first time stays";
  EXPECT_EQ(store_->Revoke("key_none").code(), StatusCode::kNotFound);
}

TEST_P(KeyStoreTest, OfRotationsAtOnceOneSecretStays) {
  constexpr int kThreads = 8;
  const NewKey made = *store_->Create(Named("a"));
  std::vector<std::string> texts(kThreads);
  InThreads(kThreads, [&](int i) {
    const auto rotated = store_->Rotate(made.key.id, /*grace_ms=*/1000);
    ASSERT_TRUE(rotated.ok()) << rotated.status().message();
    texts[static_cast<size_t>(i)] = rotated->text;
  });
  const auto n_accepted = [&] {
    return std::ranges::count_if(texts, [&](const auto& text) { return Refusal(text).empty(); });
  };
  EXPECT_EQ(n_accepted(), kThreads);
  clock_.Advance(1000);
  EXPECT_EQ(n_accepted(), 1);
  EXPECT_NE(Refusal(made.text), "");
}

TEST_P(KeyStoreTest, ARotatedKeysOldSecretIsAcceptedForTheGracePeriod) {
  const NewKey first = *store_->Create(Named("a"));
  const NewKey second = *store_->Rotate(first.key.id, /*grace_ms=*/1000);
  EXPECT_EQ(second.key.id, first.key.id);
  EXPECT_NE(second.text, first.text);
  EXPECT_EQ(store_->List()->size(), 1u);
  EXPECT_EQ(store_->Find("a")->handle, access::KeyHandle(second.text));
  clock_.Advance(999);
  EXPECT_EQ(Refusal(first.text), "");
  EXPECT_EQ(Refusal(second.text), "");
  clock_.Advance(1);
  EXPECT_THAT(Refusal(first.text), HasSubstr("replaced by a newer one"));
  EXPECT_EQ(Refusal(second.text), "");

  const NewKey third = *store_->Rotate(first.key.id, /*grace_ms=*/0);
  EXPECT_THAT(Refusal(second.text), HasSubstr("replaced"));
  EXPECT_THAT(Refusal(first.text), HasSubstr("replaced")) << "a later rotation revives nothing";
  EXPECT_EQ(Refusal(third.text), "");
  ASSERT_TRUE(store_->Revoke(first.key.id).ok());
  EXPECT_THAT(Refusal(third.text), HasSubstr("revoked"));
  EXPECT_EQ(store_->Rotate(first.key.id, 0).status().code(), StatusCode::kInvalidArgument);
}

TEST_P(KeyStoreTest, FindTakesAnIdOrTheNameOfOneLiveKey) {
  const NewKey one = *store_->Create(Named("judge"));
  EXPECT_EQ(store_->Find("judge")->id, one.key.id);
  const NewKey two = *store_->Create(Named("judge"));
  EXPECT_THAT(store_->Find("judge").status().message(), HasSubstr("several"));
  ASSERT_TRUE(store_->Revoke(one.key.id).ok());
  EXPECT_EQ(store_->Find("judge")->id, two.key.id);
  EXPECT_EQ(store_->Find(one.key.id)->id, one.key.id);
  EXPECT_EQ(store_->Find("nobody").status().code(), StatusCode::kNotFound);
}

TEST_P(KeyStoreTest, HostileTextIsOnlyText) {
  const std::string hostile = "x'); DROP TABLE api_keys; --\\ \"%s :id ?1 $1";
  const NewKey made = *store_->Create(Named(hostile));
  EXPECT_EQ(store_->Find(hostile)->id, made.key.id);
  EXPECT_EQ(store_->Find(hostile + "'").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Revoke(hostile).code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->List()->size(), 1u);
  EXPECT_EQ(store_->Create(Named("")).status().field(), "name");
}

TEST_P(KeyStoreTest, UpdateChangesWhatAKeyMayDo) {
  const NewKey made = *store_->Create(Named("a"));
  const auto change = [](access::KeySpec& spec) {
    spec.name = "b";
    spec.limits.concurrency = 9;
    return Ok();
  };
  const auto changed = store_->Update(made.key.id, change);
  ASSERT_TRUE(changed.ok()) << changed.status().message();
  EXPECT_EQ(changed->spec.name, "b");
  EXPECT_EQ(store_->Find("b")->spec.limits.concurrency, 9);
  EXPECT_EQ(Refusal(made.text), "");
  const auto spoil = [](access::KeySpec& spec) {
    spec.name = "c";
    spec.priority = 1000;
    return Ok();
  };
  EXPECT_EQ(store_->Update(made.key.id, spoil).status().field(), "priority");
  EXPECT_EQ(store_->FindById(made.key.id)->spec.name, "b");
  EXPECT_EQ(store_->FindById("").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Update("key_none", change).status().code(), StatusCode::kNotFound);
}

TEST_P(KeyStoreTest, OfChangesAtTheSameTimeNoneIsLost) {
  const std::string id = store_->Create(Named("a"))->key.id;
  constexpr int kEach = 10;
  std::vector<std::thread> people;
  for (int i = 0; i < 4; ++i) {
    people.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        const auto changed = store_->Update(id, [](access::KeySpec& spec) {
          ++spec.limits.concurrency;
          return Ok();
        });
        EXPECT_TRUE(changed.ok()) << changed.status().message();
      }
    });
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(store_->FindById(id)->spec.limits.concurrency, 4 * kEach);
}

TEST_P(KeyStoreTest, TheDatabaseHoldsNothingThatOpensTheDoor) {
  const NewKey made = *store_->Create(Named("a"));
  const std::string secret = made.text.substr(access::kKeyPrefix.size() + access::kKeyHandleChars);
  std::string everything;
  ASSERT_TRUE(database_
                  ->Read([&](soci::session& sql) {
                    std::string row;
                    soci::statement statement =
                        (sql.prepare << "SELECT handle || key_id || hash FROM key_secrets "
                                        "UNION ALL SELECT id || name || scopes FROM api_keys "
                                        "UNION ALL SELECT name || value FROM settings",
                         soci::into(row));
                    statement.execute();
                    while (statement.fetch()) everything += row + "\n";
                    return Ok();
                  })
                  .ok());
  EXPECT_GT(everything.size(), 100u);
  EXPECT_EQ(everything.find(secret.substr(0, 8)), std::string::npos);
}

TEST_P(KeyStoreTest, AMissingOrForeignSecretIsRefusedRatherThanReplaced) {
  const NewKey made = *store_->Create(Named("a"));
  const fs::path kept = directory_ / "kept";
  fs::rename(secret_path(), kept);
  const Status missing = KeyStore::Open(*database_, secret_path(), clock_).status();
  EXPECT_EQ(missing.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(missing.message(), HasSubstr("bring it back"));
  EXPECT_FALSE(fs::exists(secret_path()));
  std::ofstream(secret_path()) << std::string(64, '0');
  fs::permissions(secret_path(), fs::perms(0600));
  EXPECT_THAT(KeyStore::Open(*database_, secret_path(), clock_).status().message(),
              HasSubstr("not the secret"));
  fs::rename(kept, secret_path());
  EXPECT_TRUE(KeyStore::Open(*database_, secret_path(), clock_).ok());
}

// Waits until the condition holds; how long that took.
milliseconds TimeUntil(const std::function<bool()>& condition) {
  const auto begin = std::chrono::steady_clock::now();
  while (!condition() && std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST_P(KeyStoreTest, WhatAnotherProcessChangesIsSeenWithinASecond) {
  const auto another_database = Open();
  const auto another = *KeyStore::Open(*another_database, secret_path(), clock_);
  const auto cache = *KeyCache::Start(*store_, clock_);
  const NewKey made = *another->Create(Named("a"));
  // A busy machine may be slow to run what is due; a cache that does not look takes for ever.
  static_assert(KeyCacheOptions().poll_interval <= milliseconds(250));
  EXPECT_LT(TimeUntil([&] { return cache->Authenticate(made.text).ok(); }), milliseconds(8000));
  ASSERT_TRUE(another->Revoke(made.key.id).ok());
  EXPECT_LT(TimeUntil([&] { return !cache->Authenticate(made.text).ok(); }), milliseconds(8000));
}

TEST_P(KeyStoreTest, KeysOfADatabaseThatWasRestoredFromABackupAreSeen) {
  const NewKey kept = *store_->Create(Named("kept"));
  const int64_t version = *store_->Version();
  const NewKey lost = *store_->Create(Named("lost"));
  const auto cache = *KeyCache::Start(*store_, clock_, {.poll_interval = std::chrono::hours(1)});
  ASSERT_TRUE(cache->Authenticate(lost.text).ok());
  ASSERT_TRUE(database_
                  ->Write([&](soci::session& sql) {
                    sql << "DELETE FROM api_keys WHERE name = 'lost'";
                    sql << "UPDATE change_counters SET value = :value WHERE name = 'keys'",
                        soci::use(version);
                    return Ok();
                  })
                  .ok());
  ASSERT_TRUE(cache->Refresh().ok());
  EXPECT_THAT(cache->Authenticate(lost.text).status().message(), HasSubstr("no such API key"));
  ASSERT_TRUE(store_->Revoke(kept.key.id).ok());
  ASSERT_TRUE(cache->Refresh().ok());
  EXPECT_THAT(cache->Authenticate(kept.text).status().message(), HasSubstr("revoked"));
}

TEST_P(KeyStoreTest, WhatThisProcessChangesIsSeenAtOnceAndLastUseIsKept) {
  const auto cache = *KeyCache::Start(*store_, clock_);
  const NewKey made = *store_->Create(Named("a"));
  ASSERT_TRUE(cache->Refresh().ok());
  EXPECT_TRUE(cache->Authenticate(made.text).ok());
  ASSERT_TRUE(store_->Revoke(made.key.id).ok());
  ASSERT_TRUE(cache->Refresh().ok());
  EXPECT_THAT(cache->Authenticate(made.text).status().message(), HasSubstr("revoked"));
}

TEST_P(KeyStoreTest, LastUseIsWrittenAndNeverGoesBack) {
  const NewKey made = *store_->Create(Named("a"));
  {
    const auto cache = *KeyCache::Start(*store_, clock_);
    clock_.Advance(77);
    EXPECT_TRUE(cache->Authenticate(made.text).ok());
  }
  EXPECT_EQ(store_->Find("a")->last_used_ms, kNow + 77);
  ASSERT_TRUE(store_->SaveLastUsed({{made.key.id, kNow}, {"key_none", kNow}}).ok());
  EXPECT_EQ(store_->Find("a")->last_used_ms, kNow + 77);
}

TEST_P(KeyStoreTest, WhoWaitsToWriteKeepsNobodyFromSeeingTheKeys) {
  const NewKey made = *store_->Create(Named("a"));
  const auto cache = *KeyCache::Start(*store_, clock_,
                                      {.poll_interval = milliseconds(20),
                                       .stale_max = milliseconds(3000),
                                       .last_used_interval = milliseconds(20)});
  const auto another = Open();
  const auto held = [&](soci::session& sql) {
    sql << "UPDATE api_keys SET last_used_ms = 1";
    EXPECT_TRUE(cache->Authenticate(made.text).ok()) << "a use, to be written";
    std::this_thread::sleep_for(milliseconds(4500));
    EXPECT_TRUE(cache->Authenticate(made.text).ok());
    return Ok();
  };
  EXPECT_TRUE(another->Write(held).ok());
}

TEST_P(KeyStoreTest, WithoutItsDatabaseTheCacheTrustsItsCopyForAWhile) {
  const NewKey made = *store_->Create(Named("a"));
  const auto cache = *KeyCache::Start(
      *store_, clock_, {.poll_interval = milliseconds(20), .stale_max = milliseconds(4000)});
  const auto rename = [&](const char* from, const char* to) {
    return database_->Write([&](soci::session& sql) {
      sql << std::string("ALTER TABLE ") + from + " RENAME TO " + to;
      return Ok();
    });
  };
  ASSERT_TRUE(rename("change_counters", "away").ok());
  EXPECT_TRUE(cache->Authenticate(made.text).ok());
  TimeUntil([&] { return !cache->Authenticate(made.text).ok(); });
  EXPECT_EQ(cache->Authenticate(made.text).status().code(), StatusCode::kUnavailable);
  ASSERT_TRUE(rename("away", "change_counters").ok());
  TimeUntil([&] { return cache->Authenticate(made.text).ok(); });
  EXPECT_TRUE(cache->Authenticate(made.text).ok());
}

}  // namespace
}  // namespace lemma::store
