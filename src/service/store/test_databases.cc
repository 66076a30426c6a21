#include "service/store/test_databases.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <soci/soci.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "service/store/connection.h"

namespace lemma::store {
namespace {

namespace fs = std::filesystem;

// Holds the directories of all tests, until this process ends.
struct TestRoot {
  TestRoot() {
    std::string name = testing::TempDir() + "/lemma-store-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path = name;
    fs::permissions(path, fs::perms(0711));  // the user postgres passes through
  }
  ~TestRoot() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

constexpr const char* kInstall =
    "PostgreSQL's server is missing: install Debian's package postgresql (tools/install-packages "
    "test does)";

fs::path FindServerPrograms() {
  fs::path newest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    if (fs::exists(entry.path() / "bin/initdb")) newest = std::max(newest, entry.path() / "bin");
  }
  return newest;
}

// Starts a program as the user postgres where we are root, which PostgreSQL refuses to be.
pid_t Spawn(const std::vector<std::string>& command, const fs::path& log) {
  const passwd* const user = geteuid() == 0 ? getpwnam("postgres") : nullptr;
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const pid_t child = fork();
  if (child != 0) {
    close(output);
    return child;
  }
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGINT);  // a fast shutdown, should this test be killed
  if (chdir("/") != 0) _exit(126);
  execv(arguments[0], arguments.data());
  _exit(127);
}

class PostgresqlServer {
 public:
  // Leaves `error` empty, or the reason why there is no server.
  PostgresqlServer() {
    const fs::path programs = FindServerPrograms();
    const passwd* const user = getpwnam("postgres");
    if (programs.empty() || (geteuid() == 0 && user == nullptr)) {
      error = kInstall;
      return;
    }
    directory_ = NewTestDirectory();
    if (geteuid() == 0 && chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0) {
      error = "cannot give a directory to the user postgres";
      return;
    }
    const fs::path data = directory_ / "data", log = directory_ / "log";
    int status = 0;
    const pid_t initdb = Spawn({programs / "initdb", "-D", data, "-U", "lemma", "-A", "trust", "-E",
                                "UTF8", "--locale=C", "--no-sync", "--no-instructions"},
                               log);
    if (waitpid(initdb, &status, 0) != initdb || status != 0) {
      error = "initdb failed; see " + log.string();
      return;
    }
    pid_ = Spawn({programs / "postgres", "-D", data, "-k", directory_, "-c",
                  "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB"},
                 log);
    for (int i = 0; i < 600; ++i) {
      error = TryConnect();
      if (error.empty()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  ~PostgresqlServer() {
    if (pid_ > 0) {
      kill(pid_, SIGINT);
      waitpid(pid_, nullptr, 0);
    }
  }

  std::string Address(const std::string& database) const {
    return "postgresql:///" + database + "?user=lemma&host=" + directory_.string();
  }

  std::string error;

 private:
  std::string TryConnect() const {
    soci::session sql;
    return Connect(sql, {.address = Address("postgres")}).message();
  }

  fs::path directory_;
  pid_t pid_ = 0;
};

}  // namespace

fs::path NewTestDirectory() {
  static std::atomic<int> n_directories = 0;
  static const TestRoot root;
  const fs::path path = root.path / std::to_string(++n_directories);
  EXPECT_TRUE(fs::create_directory(path));
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

std::string NewPostgresqlDatabase() {
  static PostgresqlServer server;
  static std::atomic<int> n_databases = 0;
  if (!server.error.empty()) {
    ADD_FAILURE() << server.error;
    return "";
  }
  soci::session sql;
  const Status connected = Connect(sql, {.address = server.Address("postgres")});
  EXPECT_TRUE(connected.ok()) << connected.message();
  const std::string name = "test_" + std::to_string(++n_databases);
  sql << "CREATE DATABASE " + name;
  return server.Address(name);
}

void DatabaseTest::SetUp() {
  directory_ = NewTestDirectory();
  address_ = is_postgresql() ? NewPostgresqlDatabase() : (directory_ / "lemma.db").string();
  if (address_.empty()) FAIL() << "no database";
}

std::unique_ptr<Database> DatabaseTest::Open() const {
  auto database = Database::Open({.address = address_});
  EXPECT_TRUE(database.ok()) << database.status().message();
  return database.ok() ? std::move(*database) : nullptr;
}

access::KeySpec Named(const std::string& name) {
  access::KeySpec spec;
  spec.name = name;
  return spec;
}

void InThreads(int n, const std::function<void(int)>& body) {
  std::atomic<bool> go = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) {
    threads.emplace_back([&, i] {
      while (!go) std::this_thread::yield();
      body(i);
    });
  }
  go = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace lemma::store
