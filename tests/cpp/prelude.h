// What the examples of rules leave undeclared: the names that they all use. An example whose own declarations have one of
// these names hides it; what is not here an example declares under `compile:`.
#pragma once
#ifdef PRELUDE_TORCH
#include <ATen/core/Tensor.h>
#endif
#if defined(PRELUDE_CUDA) && !defined(__CUDACC__)
#include <cuda_runtime.h>
#include <device_launch_parameters.h>
#endif
#include <cstdint>
#include <vector>

namespace prelude {
#ifdef PRELUDE_TORCH
extern at::Tensor x, y, z, input, output, grad, grad_input, grad_output, weight, bias, tensor, self, other, mask, result,
    boxes, rois, points, features;
extern std::vector<at::Tensor> tensors, inputs, outputs, xs;
#endif
extern bool a, b, c, d, ok;
extern int n, size, count, length, channels, height, width, batch_size;

// called with anything, with template arguments or without
template <class... T, class... A> void run(A&&...) {}
template <class... T, class... A> void launch(A&&...) {}
template <class... T, class... A> void use(A&&...) {}
template <class... T, class... A> void fail(A&&...) {}

struct Foo {
  template <class... A> explicit Foo(A&&...) {}
};
struct Anything {  // a handle, a state: whatever is asked for
  template <class T> operator T&() const;
};
extern const Anything handle, state;

template <class... A> int configured(A&&...) { return 0; }  // what stood between <<< and >>>, where nvcc is not at work

#ifdef PRELUDE_CUDA
extern int blocks, threads;
extern cudaStream_t stream;
#ifdef __CUDACC__
template <class T = void, class... A> __global__ void kernel(A...) {}
template <class T = void, class... A> __global__ void k(A...) {}
#else
template <class... T, class... A> void kernel(A&&...) {}
template <class... T, class... A> void k(A&&...) {}
template <class T, class V> T atomicAdd(T*, V) { return {}; }
inline void __syncthreads() {}
#endif
#endif
}  // namespace prelude
