#include "train/data/program_harness.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <regex>

namespace lemma::train {
namespace {

constexpr std::string_view kPythonDriver = R"py(
import ast, json, os, resource, select, signal, sys

def confine(limits):
    cpu = limits["cpu_s"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"], limits["file_bytes"]))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if os.geteuid() == 0:  # the kernel exempts root from the limit on processes
        try:
            os.setgid(65534)
            os.setuid(65534)
        except OSError:
            pass

def load(code):
    body = ast.parse(code).body
    classes = [n for n in body if isinstance(n, ast.ClassDef) and n.name == "Solution"]
    names = [n.name for n in (classes[-1].body if classes else body)
             if isinstance(n, ast.FunctionDef) and not (classes and n.name.startswith("_"))]
    if not names:
        raise NameError("the program defines no function")
    space = {"__name__": "program"}
    exec(compile(code, "program", "exec"), space)
    return getattr(space["Solution"](), names[-1]) if classes else space[names[-1]]

def same(got, want, any_order=False):
    if isinstance(want, list):
        if not isinstance(got, (list, tuple)) or len(got) != len(want):
            return False
        if any_order:
            got, want = sorted(got, key=repr), sorted(want, key=repr)
        return all(same(g, w) for g, w in zip(got, want))
    if isinstance(want, dict):
        return (isinstance(got, dict) and got.keys() == want.keys()
                and all(same(got[k], want[k]) for k in want))
    return isinstance(got, bool) == isinstance(want, bool) and bool(got == want)

def line(job, test, outcome, detail=""):
    text = "@ %d %d %s %s" % (job, test, outcome, " ".join(str(detail)[:200].split()))
    return (text + "\n").encode("utf-8", "replace")

def judge(number, job, limits, out):
    me = os.getpid()
    def report(test, outcome, detail=""):
        if os.getpid() == me:  # a program may fork: its copy must not speak for it
            os.write(out, line(number, test, outcome, detail))
    try:
        confine(limits)
        function = load(job["code"])
    except BaseException as error:
        return report(-1, "error", "%s: %s" % (type(error).__name__, error))
    for index, test in enumerate(job["tests"]):
        try:
            got = function(*[json.loads(text) for text in test["arguments"]])
            if same(got, json.loads(test["expected"]), test["any_order"]):
                report(index, "pass")
            else:
                report(index, "wrong", repr(got))
        except BaseException as error:
            report(index, "error", "%s: %s" % (type(error).__name__, error))

def run(number, job, limits):
    alive, held = os.pipe()  # held open by the child alone: its end is the end of the pipe
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(alive)
        out = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        try:
            judge(number, job, limits, out)
        finally:
            os._exit(0)
    os.close(held)
    in_time = select.select([alive], [], [], limits["wall_s"])[0]
    os.close(alive)
    try:
        os.killpg(child, signal.SIGKILL)
    except OSError:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if not in_time or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        os.write(1, line(number, -1, "timeout"))
    else:
        os.write(1, line(number, -1, "error", "the program ended early (status %d)" % status))

with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
    work = json.load(file)
for number, job in enumerate(work["jobs"]):
    run(number, job, work["limits"])
)py";

constexpr std::string_view kCppPrelude = R"cpp(
#include <sys/resource.h>
#include <unistd.h>
#include <fcntl.h>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>
)cpp";

// Follows the program, so that it may use whatever the program includes; reads each argument as
// the type the function declares.
constexpr std::string_view kCppHarness = R"cpp(
  namespace lemma_harness {
  void Skip(const char*& p) {
    while (*p == ' ' || *p == ',') ++p;
  }
  void Read(const char*& p, bool& v) {
    Skip(p);
    v = *p == 't';
    p += v ? 4 : 5;
  }
  template <typename T>
  std::enable_if_t<std::is_arithmetic_v<T>> Read(const char*& p, T& v) {
    char* end;
    if constexpr (std::is_integral_v<T>)
      v = static_cast<T>(std::strtoll(p, &end, 10));
    else
      v = static_cast<T>(std::strtod(p, &end));
    p = end;
  }
  void Read(const char*& p, std::string& v) {
    Skip(p);
    for (++p; *p && *p != '"'; ++p) {
      if (*p == '\\') ++p;
      v += *p;
    }
    ++p;
  }
  template <typename T>
  void Read(const char*& p, std::vector<T>& v) {
    Skip(p);
    for (++p, Skip(p); *p && *p != ']'; Skip(p)) {
      T item{};
      Read(p, item);
      v.push_back(item);
    }
    ++p;
  }
  template <typename T>
  T Parse(const char* text) {
    T value{};
    Read(text, value);
    return value;
  }
  template <typename T>
  void Sort(T&) {}
  template <typename T>
  void Sort(std::vector<T>& v) {
    std::sort(v.begin(), v.end());
  }

  template <typename R, typename... A, typename F, size_t... I>
  bool Run(F function, const char* const* arguments, const char* expected, bool any_order,
           std::index_sequence<I...>) {
    std::tuple<std::decay_t<A>...> values{Parse<std::decay_t<A>>(arguments[I])...};
    std::decay_t<R> got = function(static_cast<A>(std::get<I>(values))...);
    auto want = Parse<std::decay_t<R>>(expected);
    if (any_order) {
      Sort(got);
      Sort(want);
    }
    return got == want;
  }
  using Arguments = std::vector<const char*>;
  template <typename R, typename... A>
  bool Passes(R (*function)(A...), Arguments arguments, const char* expected, bool any_order) {
    if (arguments.size() != sizeof...(A)) throw "the function takes another number of arguments";
    return Run<R, A...>(function, arguments.data(), expected, any_order,
                        std::make_index_sequence<sizeof...(A)>());
  }
  template <typename C, typename R, typename... A>
  bool Passes(R (C::*method)(A...), Arguments arguments, const char* expected, bool any_order) {
    if (arguments.size() != sizeof...(A)) throw "the method takes another number of arguments";
    const auto call = [method](A... a) -> R { return (C().*method)(static_cast<A>(a)...); };
    return Run<R, A...>(call, arguments.data(), expected, any_order,
                        std::make_index_sequence<sizeof...(A)>());
  }
  template <typename Test>
  void Report(int out, int index, Test test) {
    std::string outcome = "error ";
    try {
      outcome = test() ? "pass" : "wrong";
    } catch (const char* what) {
      outcome += what;
    } catch (const std::exception& error) {
      outcome += error.what();
    } catch (...) {
    }
    const std::string line = "@ 0 " + std::to_string(index) + " " + outcome + "\n";
    write(out, line.data(), line.size());
  }
  int Confine() {
    const int out = dup(1), null = open("/dev/null", O_RDWR);
    dup2(null, 1);
    dup2(null, 2);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    if (geteuid() == 0) {  // the kernel exempts root from the limit on processes
      setgid(65534);
      setuid(65534);
    }
    return out;
  }
  }  // namespace lemma_harness
)cpp";

// "::name" of the last function at the top level, or "&Solution::name" for the last method of
// class Solution.
std::string CppFunctionName(const std::string& code) {
  static const std::regex kFunction(
      R"(^( *)(?:[\w:]+(?:<[^(){}]*>)?[ &*]+)+(\w+)\([^;{}]*\) *(?:const)? *\{?\s*$)");
  const bool in_class = code.find("class Solution") != std::string::npos;
  std::string name;
  for (size_t begin = 0; begin < code.size();) {
    const size_t end = std::min(code.find('\n', begin), code.size());
    const std::string line = code.substr(begin, std::min<size_t>(end - begin, 200));
    begin = end + 1;
    std::smatch match;
    if (line.find("else if") != std::string::npos || !std::regex_match(line, match, kFunction)) {
      continue;
    }
    if (in_class == (match[1].length() > 0) && match[2] != "main") name = match[2];
  }
  if (name.empty()) return name;
  // The global one, not std::binary_search by a using directive.
  return (in_class ? "&Solution::" : "::") + name;
}

std::string Quoted(const std::string& text) { return "R\"lemma(" + text + ")lemma\""; }

}  // namespace

std::string_view PythonDriver() { return kPythonDriver; }

std::string JobsJson(std::span<const Job> jobs, const RunOptions& options) {
  boost::json::array list;
  for (const Job& job : jobs) {
    boost::json::array tests;
    for (const TestCase& test : job.tests) {
      boost::json::array arguments(test.arguments.begin(), test.arguments.end());
      tests.push_back(boost::json::object{{"arguments", std::move(arguments)},
                                          {"expected", test.expected},
                                          {"any_order", test.any_order}});
    }
    list.push_back(boost::json::object{{"code", job.code}, {"tests", std::move(tests)}});
  }
  const boost::json::object limits{{"cpu_s", options.cpu_s},
                                   {"wall_s", options.wall_s},
                                   {"memory_bytes", options.memory_bytes},
                                   {"file_bytes", options.file_bytes}};
  return boost::json::serialize(boost::json::object{{"jobs", std::move(list)}, {"limits", limits}});
}

Result<std::string> CppProgram(const Job& job) {
  const std::string name = CppFunctionName(job.code);
  if (name.empty()) return InvalidArgument("the program defines no function");
  // A main of the program's own would clash with ours.
  std::string program = std::string(kCppPrelude) + "#define main program_main\n#line 1\n" +
                        job.code + "\n#undef main\n" + std::string(kCppHarness);
  program += "int main() {\n  const int out = lemma_harness::Confine();\n";
  for (size_t i = 0; i < job.tests.size(); ++i) {
    const TestCase& test = job.tests[i];
    program += "  lemma_harness::Report(out, " + std::to_string(i) +
               ", [] { return lemma_harness::Passes(" + name + ", {";
    for (const std::string& argument : test.arguments) program += Quoted(argument) + ", ";
    program += "}, " + Quoted(test.expected) + (test.any_order ? ", true" : ", false") + "); });\n";
  }
  return program + "}\n";
}

}  // namespace lemma::train
