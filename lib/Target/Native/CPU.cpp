//===- CPU.cpp - The CPUs that code is made for --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/Native/CPU.h"

#include "gg/Weights/CPUFeatures.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace gg::native;

bool CPU::has(StringRef feature) const {
  return llvm::binary_search(features, feature);
}

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// LLVM prints to stderr and goes on where it does not know a name, so names
/// are checked against its tables before.
static Error checkNames(const MCSubtargetInfo &info, StringRef name,
                        ArrayRef<StringRef> features) {
  auto isListed = [&](StringRef cpu) {
    return llvm::any_of(
        info.getAllProcessorDescriptions(),
        [&](const SubtargetSubTypeKV &entry) { return cpu == entry.Key; });
  };
  if (!isListed(name))
    return makeError("unknown CPU '" + name + "'");
  for (StringRef feature : features)
    if (llvm::none_of(info.getAllProcessorFeatures(),
                      [&](const SubtargetFeatureKV &entry) {
                        return feature.drop_front() == entry.Key;
                      }))
      return makeError("unknown CPU feature '" + feature.drop_front() + "'");
  return Error::success();
}

/// Whether the runtime finds out about a feature.
template <typename Table>
static bool isKnown(const Table &table, StringRef feature) {
  return llvm::any_of(table,
                      [&](const auto &entry) { return feature == entry.name; });
}

/// The features that an x86 CPU has, without the tuning flags that LLVM lists
/// among them. LLVM's own list of a CPU leaves out what others of it imply.
/// What no program can find out about, of the operating system mostly, is
/// switched off unless asked for.
static void addX86Features(CPU &cpu, ArrayRef<StringRef> changes,
                           ArrayRef<std::string> asked) {
  SmallVector<StringRef> base = {"sse2"}; // of every 64-bit CPU, so unlisted
  X86::getFeaturesForCPU(cpu.name, base);
  StringMap<bool> enabled;
  for (StringRef feature : base) {
    enabled[feature] = true;
    X86::updateImpliedFeatures(feature, /*Enabled=*/true, enabled);
  }
  for (StringRef change : changes) {
    bool on = change.front() == '+';
    enabled[change.drop_front()] = on;
    X86::updateImpliedFeatures(change.drop_front(), on, enabled);
  }
  SmallVector<StringRef> unknown;
  for (const auto &entry : enabled) {
    if (!entry.second)
      continue;
    if (isKnown(gg::weights::x86::kFeatures, entry.first()) ||
        llvm::is_contained(asked, ("+" + entry.first()).str()))
      cpu.features.push_back(entry.first().str());
    else
      unknown.push_back(entry.first());
  }
  llvm::sort(unknown);
  for (StringRef feature : unknown)
    cpu.featureString += (",-" + feature).str();
}

/// A feature that code may need, and no tuning flag or version.
static bool isExtension(StringRef feature) {
  return AArch64::targetFeatureToExtension(("+" + feature).str()).has_value();
}

/// The extensions that an aarch64 CPU has, without those that no program can
/// find out about, as above.
static void addAArch64Features(CPU &cpu, const Target &target) {
  auto getEnabled = [&](StringRef flags) {
    std::unique_ptr<MCSubtargetInfo> info(
        target.createMCSubtargetInfo(cpu.triple, cpu.name, flags));
    SmallVector<StringRef> enabled;
    for (const SubtargetFeatureKV &entry : info->getEnabledProcessorFeatures())
      if (isExtension(entry.Key))
        enabled.push_back(entry.Key);
    return enabled;
  };
  std::string flags;
  for (StringRef feature : getEnabled(""))
    if (!isKnown(gg::weights::kAArch64Features, feature))
      flags += ("-" + feature + ",").str();
  cpu.featureString = flags + cpu.featureString;
  for (StringRef feature : getEnabled(cpu.featureString))
    cpu.features.push_back(feature.str());
}

/// What the machine has, which may be less than its CPU's name says.
static void addHostFeatures(CPU &cpu, SmallVectorImpl<std::string> &changes) {
  StringMap<bool> host = sys::getHostCPUFeatures();
  for (const auto &entry : host)
    changes.push_back((entry.second ? "+" : "-") + entry.first().str());
  llvm::sort(changes);
}

Expected<CPU> gg::native::parseCPU(StringRef spec, StringRef triple) {
  InitializeAllTargetInfos();
  InitializeAllTargetMCs();
  CPU cpu;
  cpu.triple = Triple(triple.empty() ? sys::getProcessTriple()
                                     : Triple::normalize(triple));
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(cpu.triple, message);
  if (!target)
    return makeError(message);
  if (!cpu.triple.isX86_64() && !cpu.triple.isAArch64())
    return makeError("expected an x86-64 or aarch64 target but got '" +
                     cpu.triple.str() + "'");

  size_t end = spec.find('+');
  StringRef name = spec.substr(0, end).trim();
  SmallVector<std::string> changes, asked;
  bool isNative = name == "native";
  if (isNative) {
    Triple host(sys::getProcessTriple());
    if (host.getArch() != cpu.triple.getArch())
      return makeError("'native' is not a CPU of '" + cpu.triple.str() +
                       "'; name one, as 'generic'");
    cpu.name = sys::getHostCPUName().str();
    addHostFeatures(cpu, changes);
  } else {
    cpu.name = name.str();
  }
  cpu.level = cpu.name;
  StringRef rest = end == StringRef::npos ? "" : spec.substr(end);
  while (!rest.empty()) {
    size_t next = rest.find('+', 1);
    StringRef feature = rest.substr(0, next).trim();
    if (feature.size() < 2)
      return makeError("expected a feature after '+' in '" + spec + "'");
    asked.push_back(feature.str());
    cpu.level += feature.str();
    rest = next == StringRef::npos ? "" : rest.substr(next);
  }

  llvm::append_range(changes, asked);

  std::unique_ptr<MCSubtargetInfo> info(
      target->createMCSubtargetInfo(cpu.triple, "", ""));
  SmallVector<StringRef> refs(changes.begin(), changes.end());
  if (isNative) // the host's list names features that LLVM does not model
    llvm::erase_if(refs, [&](StringRef change) {
      return llvm::none_of(info->getAllProcessorFeatures(),
                           [&](const SubtargetFeatureKV &entry) {
                             return change.drop_front() == entry.Key;
                           });
    });
  if (Error error = checkNames(*info, cpu.name, refs))
    return std::move(error);
  cpu.featureString = llvm::join(refs, ",");
  if (cpu.triple.isX86_64()) {
    if (X86::parseArchX86(cpu.name, /*Only64Bit=*/true) == X86::CK_None)
      return makeError("CPU '" + cpu.name + "' is not a 64-bit one");
    addX86Features(cpu, refs, asked);
  } else {
    addAArch64Features(cpu, *target);
  }
  llvm::sort(cpu.features);
  return cpu;
}

Expected<SmallVector<CPU>> gg::native::parseCPUList(StringRef list,
                                                    StringRef triple) {
  SmallVector<CPU> cpus;
  SmallVector<StringRef> specs;
  list.split(specs, ',');
  for (StringRef spec : specs) {
    Expected<CPU> cpu = parseCPU(spec.trim(), triple);
    if (!cpu)
      return cpu.takeError();
    if (llvm::none_of(
            cpus, [&](const CPU &other) { return other.level == cpu->level; }))
      cpus.push_back(std::move(*cpu));
  }
  return cpus;
}
