//===- Profile.cpp - What a session spends its time on --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Profile.h"

#include "gg/Run/Json.h"
#include "gg/Weights/ArtifactReader.h"

#include <algorithm>
#include <cctype>
#include <cinttypes>
#include <cstdio>
#include <cstring>

using namespace gg;
using namespace gg::run;

/// Layers differ by a number: every one becomes '*'.
static std::string generalized(const char *name) {
  std::string result;
  for (; *name; ++name) {
    bool isDigit = std::isdigit(static_cast<unsigned char>(*name)) != 0;
    // The last character is a '*' only behind the '.' or '_' of a layer.
    if (!isDigit)
      result += *name;
    else if (result.empty() || std::strchr("._*/", result.back()) == nullptr)
      result += *name;
    else if (result.back() != '*')
      result += '*';
  }
  return result;
}

std::vector<Kernel> run::collectKernels(const gg_session *session) {
  std::vector<Kernel> kernels;
  for (int64_t i = 0; i < gg_profile_phases(session); ++i) {
    gg_phase phase;
    gg_profile_get(session, i, &phase);
    if (!phase.calls)
      continue;
    std::string name = generalized(phase.name);
    auto kernel =
        std::find_if(kernels.begin(), kernels.end(), [&](const Kernel &other) {
          return other.entry == phase.entry && other.kind == phase.kind &&
                 other.name == name;
        });
    if (kernel == kernels.end()) {
      kernels.emplace_back();
      kernel = kernels.end() - 1;
      kernel->entry = phase.entry;
      kernel->kind = phase.kind;
      kernel->name = name;
    }
    auto add = [&](double &sum, double each) {
      sum = sum < 0 || each < 0 ? -1
                                : sum + each * static_cast<double>(phase.calls);
    };
    ++kernel->phases;
    kernel->calls = std::max(kernel->calls, phase.calls);
    kernel->seconds += phase.seconds;
    kernel->busySeconds += phase.busy_seconds;
    add(kernel->bytes, phase.bytes);
    add(kernel->flops, phase.flops);
    add(kernel->linearFlops, phase.linear_flops);
  }
  std::sort(
      kernels.begin(), kernels.end(), [](const Kernel &a, const Kernel &b) {
        return a.seconds != b.seconds ? a.seconds > b.seconds : a.name < b.name;
      });
  return kernels;
}

bool run::computesBF16(const std::string &artifact, const gg_model_info &info) {
  std::string error;
  auto reader = weights::ArtifactReader::open(artifact, error);
  if (!reader || std::strncmp(info.weights_type, "f32", 3) == 0)
    return false;
  for (const weights::Code &code : reader->model().codes)
    if (code.level == info.code_level)
      return std::find(code.features.begin(), code.features.end(),
                       "avx512bf16") != code.features.end();
  return false;
}

double Kernel::share(const machine::Limits &limits, bool isBF16) const {
  if (seconds <= 0 || bytes < 0 || flops < 0 || linearFlops < 0)
    return -1;
  double computing = linearFlops / limits.products(isBF16) +
                     (flops - linearFlops) / limits.fmaF32;
  return std::max(bytes / limits.bandwidth(), computing) / seconds;
}

static double totalSeconds(const std::vector<Kernel> &kernels) {
  double total = 0;
  for (const Kernel &kernel : kernels)
    total += kernel.seconds;
  return total;
}

/// "-" for what is not known.
static std::string cell(double number, const char *format) {
  char text[40];
  std::snprintf(text, sizeof(text), format, number);
  return number < 0 ? "-" : text;
}

/// Per call, in millions.
static double perCall(double total, const Kernel &kernel) {
  return total < 0 ? -1 : total / 1e6 / static_cast<double>(kernel.calls);
}

void run::printKernels(const std::vector<Kernel> &kernels,
                       const machine::Limits &limits, bool isBF16) {
  double total = totalSeconds(kernels);
  std::fprintf(stderr, "%-8s %-11s %6s %9s %6s %9s %9s %6s %6s  %s\n", "entry",
               "kind", "phases", "us/call", "time", "MB/call", "MFLOP", "limit",
               "busy", "node");
  for (const Kernel &kernel : kernels) {
    double share = kernel.share(limits, isBF16);
    std::fprintf(
        stderr,
        "%-8s %-11s %6" PRId64 " %9.1f %5.1f%% %9s %9s %6s %5.0f%%  %s\n",
        kernel.entry.c_str(), kernel.kind.c_str(), kernel.phases,
        kernel.seconds * 1e6 / static_cast<double>(kernel.calls),
        100 * kernel.seconds / total,
        cell(perCall(kernel.bytes, kernel), "%.3f").c_str(),
        cell(perCall(kernel.flops, kernel), "%.2f").c_str(),
        cell(100 * share, "%.0f%%").c_str(),
        100 * kernel.busySeconds / kernel.seconds, kernel.name.c_str());
  }
}

void run::addMachine(Json &json, const machine::Limits &limits) {
  json.beginObject("machine").add("cpu", machine::cpuName());
  json.beginArray("features");
  for (const std::string &feature : machine::cpuFeatures())
    json.add("", feature);
  json.end();
  json.add("threads", int64_t(limits.threads))
      .add("read_gb_per_s", limits.read / 1e9)
      .add("dot_f32_gb_per_s", limits.dotF32 / 1e9)
      .add("dot_i8_gb_per_s", limits.dotI8 / 1e9)
      .add("bandwidth_gb_per_s", limits.bandwidth() / 1e9)
      .add("fma_f32_gflop_per_s", limits.fmaF32 / 1e9)
      .add("dot_bf16_gflop_per_s", limits.dotBF16 / 1e9)
      .end();
}

void run::addKernels(Json &json, const std::vector<Kernel> &kernels,
                     const machine::Limits &limits, bool isBF16) {
  json.beginArray("kernels");
  for (const Kernel &kernel : kernels)
    json.beginObject()
        .add("entry", kernel.entry)
        .add("kind", kernel.kind)
        .add("node", kernel.name)
        .add("phases", kernel.phases)
        .add("calls", kernel.calls)
        .add("milliseconds", kernel.seconds * 1e3)
        .add("busy_milliseconds", kernel.busySeconds * 1e3)
        .add("bytes", kernel.bytes)
        .add("flops", kernel.flops)
        .add("linear_flops", kernel.linearFlops)
        .add("share_of_limit", kernel.share(limits, isBF16))
        .end();
  json.end();
}

//===----------------------------------------------------------------------===//
// Chart
//===----------------------------------------------------------------------===//

static std::string escaped(const std::string &text) {
  std::string result;
  for (char c : text)
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  return result;
}

static const char *const chartHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>gg profile</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; max-width: 75em }
table { border-collapse: collapse; width: 100% }
th, td { padding: .2em .6em; text-align: right; white-space: nowrap }
th { border-bottom: 1px solid #888; font-weight: 600 }
td:first-child, th:first-child { text-align: left }
td.bar { width: 40%; text-align: left }
.time { background: #c9d6e8; height: 1.1em }
.limit { background: #2f5d99; height: 1.1em }
</style></head><body>
)";

std::string run::kernelChart(const std::string &title,
                             const std::vector<Kernel> &kernels,
                             const machine::Limits &limits, bool isBF16) {
  double total = totalSeconds(kernels);
  double longest = kernels.empty() ? 1 : kernels.front().seconds;
  char line[512];
  std::string text = chartHead;
  text += "<h1>" + escaped(title) + "</h1>\n";
  std::snprintf(line, sizeof(line),
                "<p>%s, %d threads: %.1f GB/s, f32 %.0f GFLOP/s, bf16 %.0f "
                "GFLOP/s. A bar is the time of a kernel; its dark part is what "
                "the machine would need at its limit.</p>\n",
                escaped(machine::cpuName()).c_str(), limits.threads,
                limits.bandwidth() / 1e9, limits.fmaF32 / 1e9,
                limits.dotBF16 / 1e9);
  text += line;
  text += "<table><tr><th>kernel<th>time<th>us/call<th>MB/call<th>MFLOP/call"
          "<th>limit<th></tr>\n";
  for (const Kernel &kernel : kernels) {
    double share = kernel.share(limits, isBF16);
    text += "<tr><td>" +
            escaped(kernel.entry + " " + kernel.kind + " " + kernel.name);
    std::snprintf(line, sizeof(line), "<td>%.1f%%<td>%.1f<td>%s<td>%s<td>%s",
                  100 * kernel.seconds / total,
                  kernel.seconds * 1e6 / static_cast<double>(kernel.calls),
                  cell(perCall(kernel.bytes, kernel), "%.3f").c_str(),
                  cell(perCall(kernel.flops, kernel), "%.2f").c_str(),
                  cell(100 * share, "%.0f%%").c_str());
    text += line;
    std::snprintf(line, sizeof(line),
                  "<td class=bar><div class=time style=\"width:%.2f%%\"><div "
                  "class=limit style=\"width:%.2f%%\"></div></div></tr>\n",
                  100 * kernel.seconds / longest,
                  100 * std::min(1.0, std::max(0.0, share)));
    text += line;
  }
  return text + "</table></body></html>\n";
}
