/** A Deployment with one container and this image, for examples. */
export function deployment(image: string, more = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: app
          image: ${image}
${more}`
}

/** A digest for examples. */
export const DIGEST = 'sha256:4f2a6c1d9be07a835c44d1f7e2b8a96035cd7e11fa2049b86d3e5c7a01f9b2d4'
