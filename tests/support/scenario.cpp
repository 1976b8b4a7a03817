// Lines of a scenario to calls of its stage.
#include "support/scenario.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

namespace mqtt::test {

namespace {

[[noreturn]] void fail(const std::string& line, const char* why) {
  std::fprintf(stderr, "\"%s\": %s\n", line.c_str(), why);
  std::abort();
}

void read_options(const std::string& line, Scenario& scenario) {
  std::istringstream words(line);
  std::string word;
  words >> word;  // "with"
  while (words >> word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) fail(line, "options are name=number");
    scenario.options[word.substr(0, equals)] = static_cast<std::uint32_t>(std::stoul(word.substr(equals + 1)));
  }
}

void read_file(const std::filesystem::path& file, std::vector<Scenario>& scenarios) {
  std::ifstream in(file);
  int number = 0;
  bool has_title = false;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("= ")) {
      scenarios.push_back({file.filename().string(), line.substr(2), {}, {}});
      has_title = true;
    } else if (!has_title) {
      fail(line, "stands before the first title");
    } else if (line.starts_with("with ")) {
      read_options(line, scenarios.back());
    } else {
      scenarios.back().lines.push_back({number, line});
    }
  }
}

Duration read_duration(const std::string& text) {
  std::size_t digits = 0;
  while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0)
    ++digits;
  const std::string unit = text.substr(digits);
  if (digits == 0 || (unit != "ms" && unit != "s")) fail(text, "times are 10s or 10ms");
  const Duration::rep count = std::stoll(text.substr(0, digits));
  return Duration(unit == "s" ? count * 1'000 : count);
}

bool fits(std::string_view wanted, std::string_view heard) {
  constexpr std::string_view kAnything = " ...";
  if (!wanted.ends_with(kAnything)) return wanted == heard;
  return heard.starts_with(wanted.substr(0, wanted.size() - kAnything.size()));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  return out << scenario.file << ": " << scenario.title;
}

std::vector<Scenario> scenarios_in(std::string_view folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(WASMQTT_TEST_SCENARIOS) / folder))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Scenario> scenarios;
  for (const auto& file : files)
    read_file(file, scenarios);
  return scenarios;
}

std::string name_of(const ::testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.file.substr(0, info.param.file.find('.')) + "_" + info.param.title;
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
}

void OptionTaker::expect_nothing_left() const {
  for (const auto& [name, value] : left_)
    ADD_FAILURE() << "there is no option " << name;
}

void Stage::play(const Scenario& scenario) {
  for (const ScenarioLine& line : scenario.lines) {
    SCOPED_TRACE(scenario.file + ":" + std::to_string(line.number) + ": " + line.text);
    play(line.text);
    if (::testing::Test::HasFailure()) return;
  }
  expect_nothing_else();
}

void Stage::play(const std::string& line) {
  const std::size_t space = line.find(' ');
  if (space == std::string::npos) fail(line, "a line of one word");
  const std::string who = line.substr(0, space);
  const std::string what = line.substr(space + 1);
  if (what.starts_with("<- ")) return expect(who, std::string_view(what).substr(3));
  expect_nothing_else();
  if (what.starts_with("-> ")) {
    sends(who, what.substr(3));
  } else if (what == "lost") {
    is_lost(who);
  } else if (who == "advance") {
    advances(read_duration(what));
  } else {
    fail(line, "neither sent nor heard, neither lost nor time");
  }
  collect();
}

void Stage::expect(const std::string& who, std::string_view wanted) {
  std::deque<std::string>& inbox = inboxes_[who];
  if (inbox.empty()) {
    ADD_FAILURE() << who << " heard nothing";
    return;
  }
  EXPECT_TRUE(fits(wanted, inbox.front())) << who << " heard: " << inbox.front();
  inbox.pop_front();
}

void Stage::expect_nothing_else() const {
  for (const auto& [who, inbox] : inboxes_) {
    for (const std::string& line : inbox)
      ADD_FAILURE() << "before this, " << who << " heard: " << line;
  }
}

}  // namespace mqtt::test
